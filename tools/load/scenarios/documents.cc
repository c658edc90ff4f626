#include "tools/load/scenarios/documents.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <utility>

#include "tools/load/verification/breaches.h"
#include "tools/load/wire/link.h"
#include "tools/load/wire/wire.h"

namespace cowrite::load {
namespace {

// Documents under way at a time.
constexpr std::size_t kWindow = 32;

// A server that says nothing for so long has stopped.
constexpr std::chrono::seconds kSilenceMax{30};

// Does something with each of many documents over one connection, a few at a time.
class DocumentWork {
 public:
  DocumentWork(const Target& target, const std::string& collection,
               const std::vector<std::string>& ids)
      : collection_(collection),
        ids_(ids),
        target_(target),
        link_(context_, target, std::nullopt,
              {[this] { begin(); }, [this](std::string_view text) { receive(text); },
               [this](const std::string& reason) {
                 fail({kErrConnection, lost(reason)});
               }}),
        silence_(context_) {}
  virtual ~DocumentWork() = default;
  DocumentWork(const DocumentWork&) = delete;
  DocumentWork& operator=(const DocumentWork&) = delete;

  Result<void> run() {
    if (ids_.empty()) return {};
    link_.dial();
    watch();
    context_.run();
    if (error_) return *error_;
    return {};
  }

 protected:
  virtual void ask(std::size_t index) = 0;
  virtual void take(std::size_t index, const ServerMessage& message) = 0;

  void send(std::string message) { link_.send(std::move(message)); }
  [[nodiscard]] const std::string& collection() const { return collection_; }
  [[nodiscard]] const std::string& id(std::size_t index) const { return ids_[index]; }

  void finished(std::size_t index) {
    open_.erase(ids_[index]);
    if (next_ < ids_.size()) return ask_next();
    if (open_.empty()) context_.stop();
  }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
    context_.stop();
  }
  [[nodiscard]] Error about(std::size_t index, const Error& error) const {
    return {error.code, collection_ + "/" + ids_[index] + ": " + error.message};
  }

 private:
  std::string lost(const std::string& reason) const {
    return "the connection to " + target_.url + " failed: " + reason;
  }

  void begin() {
    while (next_ < ids_.size() && open_.size() < kWindow) ask_next();
  }

  void ask_next() {
    const std::size_t index = next_++;
    open_[ids_[index]] = index;
    ask(index);
  }

  void receive(std::string_view text) {
    heard_ = true;
    const ServerMessage message(text);
    const auto found = open_.find(std::string(message.document()));
    if (const auto error = message.error()) {
      return fail({kErrRefused, "the server refuses " + collection_ + "/" +
                                    std::string(message.document()) + ": " + *error});
    }
    if (found != open_.end()) take(found->second, message);
  }

  void watch() {
    silence_.expires_after(kSilenceMax);
    silence_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      if (!std::exchange(heard_, false)) {
        return fail({kErrSilent, target_.url + " has said nothing for " +
                                     std::to_string(kSilenceMax.count()) + " s"});
      }
      watch();
    });
  }

  const std::string& collection_;
  const std::vector<std::string>& ids_;
  const Target& target_;
  boost::asio::io_context context_{1};
  Link link_;
  boost::asio::steady_timer silence_;
  bool heard_ = false;
  std::size_t next_ = 0;
  std::map<std::string, std::size_t> open_;
  std::optional<Error> error_;
};

class Creation : public DocumentWork {
 public:
  Creation(const Target& target, const std::string& collection, const std::vector<std::string>& ids,
           std::uint64_t length)
      : DocumentWork(target, collection, ids), length_(length) {}

 private:
  void ask(std::size_t index) override {
    send(write_create(collection(), id(index), index + 1, sample_text(index, length_)));
  }
  void take(std::size_t index, const ServerMessage&) override { finished(index); }

  const std::uint64_t length_;
};

class Reading : public DocumentWork {
 public:
  Reading(const Target& target, const std::string& collection, const std::vector<std::string>& ids,
          const std::function<void(std::size_t, History)>& read)
      : DocumentWork(target, collection, ids), read_(read) {}

 private:
  void ask(std::size_t index) override {
    histories_.try_emplace(index);
    send(write_read("f", collection(), id(index), 0));
  }

  void take(std::size_t index, const ServerMessage& message) override {
    History& history = histories_.at(index);
    if (message.action() == "op") {
      const Result<void> added = history.add(message);
      if (!added) fail(about(index, added.error()));
      return;
    }
    const auto snapshot = message.snapshot();
    if (!snapshot) return send(write_read("f", collection(), id(index), std::nullopt));
    if (const Result<void> ended = history.finish(*snapshot); !ended) {
      return fail(about(index, ended.error()));
    }
    read_(index, std::move(history));
    histories_.erase(index);
    finished(index);
  }

  const std::function<void(std::size_t, History)>& read_;
  std::map<std::size_t, History> histories_;
};

}  // namespace

std::string sample_text(std::size_t document, std::uint64_t length) {
  static constexpr std::string_view kWords =
      "the quick brown fox jumps over the lazy dog and packs my box with five dozen liquor jugs ";
  constexpr std::size_t kLine = 72;
  std::string text;
  text.reserve(length);
  for (std::size_t at = document; text.size() < length; ++at) {
    text += text.size() % kLine == kLine - 1 ? '\n' : kWords[at % kWords.size()];
  }
  return text;
}

Result<void> create_documents(const Target& target, const std::string& collection,
                              const std::vector<std::string>& ids, std::uint64_t length) {
  return Creation(target, collection, ids, length).run();
}

Result<void> read_histories(const Target& target, const std::string& collection,
                            const std::vector<std::string>& ids,
                            const std::function<void(std::size_t, History)>& read) {
  return Reading(target, collection, ids, read).run();
}

}  // namespace cowrite::load
