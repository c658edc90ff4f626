#include "tests/tools/load/faults.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace cowrite::load {
namespace {

using Json = nlohmann::json;

bool is_submission(const Json& message) { return message["a"] == "op" && message.contains("op"); }
bool is_delivery(const Json& message) { return is_submission(message); }
bool is_ack(const Json& message) {
  return message["a"] == "op" && !message.contains("op") && !message.contains("create") &&
         !message.contains("error");
}

// The letter that an operation inserts, if it does.
Json* letter_of(Json& message) {
  for (Json& component : message["op"]) {
    if (component.is_string()) return &component;
  }
  return nullptr;
}

Json ack_of(const ProxyLine& line, const Json& submission) {
  return {{"a", "op"},          {"c", submission["c"]},     {"d", submission["d"]},
          {"src", line.source}, {"seq", submission["seq"]}, {"v", submission["v"]}};
}

// Does something to the `nth` submission, counted over all lines, or the first after it that
// inserts.
class SubmissionFault : public Fault {
 public:
  explicit SubmissionFault(int nth) : left_(nth) {}

  void from_client(ProxyLine& line, const std::string& text) override {
    Json message = Json::parse(text);
    if (!is_submission(message) || done_ || --left_ > 0 || letter_of(message) == nullptr) {
      return others(line, std::move(message), text);
    }
    done_ = true;
    victim_ = line.number;
    chosen(line, std::move(message));
  }

 protected:
  virtual void chosen(ProxyLine& line, Json message) = 0;
  virtual void others(ProxyLine& line, Json, const std::string& text) { line.to_server(text); }
  [[nodiscard]] bool is_victim(const ProxyLine& line) const { return victim_ == line.number; }

 private:
  int left_;
  bool done_ = false;
  std::optional<std::size_t> victim_;
};

class LoseSubmission : public SubmissionFault {
 public:
  using SubmissionFault::SubmissionFault;
  void from_server(ProxyLine& line, const std::string& text) override {
    if (!is_victim(line)) return line.to_client(text);
    Json message = Json::parse(text);
    if (message.contains("v")) message["v"] = message["v"].get<int>() + 1;
    line.to_client(message.dump());
  }

 private:
  void chosen(ProxyLine& line, Json message) override {
    line.to_client(ack_of(line, message).dump());
  }
  void others(ProxyLine& line, Json message, const std::string& text) override {
    if (!is_victim(line)) return line.to_server(text);
    if (message.contains("v")) message["v"] = message["v"].get<int>() - 1;
    line.to_server(message.dump());
  }
};

class DoubleSubmission : public SubmissionFault {
 public:
  using SubmissionFault::SubmissionFault;
  void from_server(ProxyLine& line, const std::string& text) override {
    Json message = Json::parse(text);
    if (!is_ack(message) || message["src"] != "somebody") return line.to_client(text);
    message["op"] = operation_;
    line.to_client(message.dump());
  }

 private:
  void chosen(ProxyLine& line, Json message) override {
    line.to_server(message.dump());
    operation_ = message["op"];
    message["src"] = "somebody";
    message["seq"] = 1;
    line.to_server(message.dump());
  }

  Json operation_;
};

class DoubleSubmissionAsNext : public SubmissionFault {
 public:
  using SubmissionFault::SubmissionFault;
  void from_server(ProxyLine& line, const std::string& text) override {
    const Json message = Json::parse(text);
    if (!is_ack(message) || message["seq"] != copy_) line.to_client(text);
  }

 private:
  void chosen(ProxyLine& line, Json message) override {
    line.to_server(message.dump());
    copy_ = message["seq"].get<int>() + 1;
    message["seq"] = copy_;
    message["v"] = message["v"].get<int>() + 1;
    line.to_server(message.dump());
  }

  int copy_ = 0;
};

// The first is acknowledged at once and held. When the second comes, each goes under the other's
// name.
class SwapSubmissions : public SubmissionFault {
 public:
  using SubmissionFault::SubmissionFault;
  void from_server(ProxyLine& line, const std::string& text) override {
    const Json message = Json::parse(text);
    if (is_victim(line) && is_ack(message) && message["seq"] == first_["seq"]) return;
    line.to_client(text);
  }

 private:
  void chosen(ProxyLine& line, Json message) override {
    first_ = message;
    held_ = true;
    line.to_client(ack_of(line, message).dump());
  }
  void others(ProxyLine& line, Json message, const std::string& text) override {
    if (!held_ || !is_victim(line) || !is_submission(message)) return line.to_server(text);
    held_ = false;
    Json one = first_;
    std::swap(one["op"], message["op"]);
    line.to_server(one.dump());
    line.to_server(message.dump());
  }

  Json first_;
  bool held_ = false;
};

class ChangeSubmission : public SubmissionFault {
 public:
  using SubmissionFault::SubmissionFault;

 private:
  void chosen(ProxyLine& line, Json message) override {
    *letter_of(message) = "!";
    line.to_server(message.dump());
  }
};

// Does something to the `nth` ack, counted over all lines.
class AckFault : public Fault {
 public:
  AckFault(int nth, int copies) : left_(nth), copies_(copies) {}
  void from_server(ProxyLine& line, const std::string& text) override {
    const Json message = Json::parse(text);
    const bool is_chosen = is_ack(message) && line.number > 0 && --left_ == 0;
    for (int copies = is_chosen ? copies_ : 1; copies > 0; --copies) line.to_client(text);
  }

 private:
  int left_;
  const int copies_;
};

class ChangeSnapshot : public Fault {
 public:
  void from_server(ProxyLine& line, const std::string& text) override {
    Json message = Json::parse(text);
    if (message["a"] != "s" || std::exchange(done_, true)) return line.to_client(text);
    auto& content = message["data"]["data"].get_ref<std::string&>();
    content.front() = '!';
    line.to_client(message.dump());
  }

 private:
  bool done_ = false;
};

// Does something to what one client that writes nothing is told, from the `nth` record on.
class DeliveryFault : public Fault {
 public:
  explicit DeliveryFault(int nth) : nth_(nth) {}

  void from_client(ProxyLine& line, const std::string& text) override {
    if (is_submission(Json::parse(text))) writers_.insert(line.number);
    line.to_server(text);
  }
  void from_server(ProxyLine& line, const std::string& text) override {
    Json message = Json::parse(text);
    if (!is_delivery(message)) return line.to_client(text);
    const bool reached = ++told_[line.number] >= nth_ && !writers_.contains(line.number);
    if (reached && !victim_) victim_ = line.number;
    if (victim_ != line.number) return line.to_client(text);
    told(line, std::move(message));
  }

 protected:
  virtual void told(ProxyLine& line, Json message) = 0;

 private:
  const int nth_;
  std::set<std::size_t> writers_;
  std::map<std::size_t, int> told_;  // How many records, on each line.
  std::optional<std::size_t> victim_;
};

class ChangeDelivery : public DeliveryFault {
 public:
  using DeliveryFault::DeliveryFault;

 private:
  void told(ProxyLine& line, Json message) override {
    Json* letter = letter_of(message);
    if (!done_ && letter != nullptr) {
      *letter = "!";
      done_ = true;
    }
    line.to_client(message.dump());
  }

  bool done_ = false;
};

class SwapDeliveries : public DeliveryFault {
 public:
  using DeliveryFault::DeliveryFault;

 private:
  void told(ProxyLine& line, Json message) override {
    if (!std::exchange(done_, true)) {
      held_ = message.dump();
      return;
    }
    line.to_client(message.dump());
    if (held_) line.to_client(*std::exchange(held_, std::nullopt));
  }

  bool done_ = false;
  std::optional<std::string> held_;
};

class LoseDeliveries : public DeliveryFault {
 public:
  LoseDeliveries(int nth, int count) : DeliveryFault(nth), count_(count) {}

 private:
  void told(ProxyLine& line, Json message) override {
    if (count_-- <= 0) line.to_client(message.dump());
  }

  int count_;
};

}  // namespace

std::unique_ptr<Fault> lose_submission(int nth) { return std::make_unique<LoseSubmission>(nth); }
std::unique_ptr<Fault> double_submission(int nth) {
  return std::make_unique<DoubleSubmission>(nth);
}
std::unique_ptr<Fault> double_submission_as_next(int nth) {
  return std::make_unique<DoubleSubmissionAsNext>(nth);
}
std::unique_ptr<Fault> swap_submissions(int nth) { return std::make_unique<SwapSubmissions>(nth); }
std::unique_ptr<Fault> change_submission(int nth) {
  return std::make_unique<ChangeSubmission>(nth);
}
std::unique_ptr<Fault> acknowledge_twice(int nth) { return std::make_unique<AckFault>(nth, 2); }
std::unique_ptr<Fault> never_acknowledge(int nth) { return std::make_unique<AckFault>(nth, 0); }
std::unique_ptr<Fault> change_snapshot() { return std::make_unique<ChangeSnapshot>(); }
std::unique_ptr<Fault> change_delivery(int nth) { return std::make_unique<ChangeDelivery>(nth); }
std::unique_ptr<Fault> swap_deliveries(int nth) { return std::make_unique<SwapDeliveries>(nth); }
std::unique_ptr<Fault> lose_delivery(int nth) { return std::make_unique<LoseDeliveries>(nth, 1); }
std::unique_ptr<Fault> lose_deliveries_from(int nth) {
  return std::make_unique<LoseDeliveries>(nth, 1'000'000);
}

}  // namespace cowrite::load
