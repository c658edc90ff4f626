#include "tools/load/client/client.h"

#include <algorithm>
#include <utility>

namespace cowrite::load {
namespace {

bool is_of_presence(std::string_view action) {
  return action == "p" || action == "ps" || action == "pr";
}

}  // namespace

Client::Client(Plan plan, const Surroundings& around)
    : plan_(std::move(plan)),
      around_(around),
      link_(around.context, around.target, plan_.source_address,
            {[this] { connected(); }, [this](std::string_view text) { receive(text); },
             [this](const std::string& reason) { lost(reason); }}),
      submissions_(plan_.collection, plan_.document),
      key_timer_(around.context),
      cut_timer_(around.context) {
  if (plan_.rhythm) hand_.emplace(plan_.length, around_.random);
  if (!plan_.shows_cursor) return;
  presence_.emplace(around.context, link_, around.figures, plan_.collection, plan_.document,
                    "Person " + std::to_string(plan_.number),
                    [this]() -> std::optional<Presence::Place> {
                      if (!subscribed_ || !replica_.quiet()) return std::nullopt;
                      return Presence::Place{hand_ ? hand_->position() : 0, replica_.version()};
                    });
}

void Client::open(Done done) {
  opened_ = std::move(done);
  link_.dial();
}

void Client::start() {
  if (plan_.cuts) {
    next_cut_ = Clock::now();
    cut_later();
  }
  if (!hand_ || has_typed_all()) return;
  if (plan_.rhythm->is_back_to_back()) return press(Clock::now());
  next_key_ = Clock::now() + plan_.rhythm->first_pause(around_.random);
  press_later();
}

void Client::stop() {
  stopped_ = true;
  key_timer_.cancel();
  cut_timer_.cancel();
  if (presence_) presence_->stop();
}

void Client::when_quiet(Done done) {
  quiet_ = std::move(done);
  proceed();
}

void Client::when_at(std::uint64_t version, Done done) {
  at_version_ = std::move(done);
  awaited_version_ = version;
  // What the server has sent comes before its answer.
  if (link_.ready()) {
    pinged_ = true;
    link_.send(R"({"a":"pp"})");
  }
  proceed();
}

// Whoever waits for this client is told.
void Client::proceed() {
  if (quiet_ && has_typed_all() && subscribed_ && replica_.quiet() && unanswered_.empty()) {
    std::exchange(quiet_, nullptr)();
  }
  if (at_version_ && !pinged_ && replica_.version() >= awaited_version_) {
    std::exchange(at_version_, nullptr)();
  }
}

// ---- Writing

void Client::press(Time due) {
  if (plan_.keys) --*plan_.keys;
  replica_.edit(hand_->press(replica_.text()));
  ledger_.type(due);
  flush();
  if (presence_) presence_->update();
}

void Client::press_later() {
  key_timer_.expires_at(next_key_);
  key_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    for (const Time now = Clock::now(); next_key_ <= now && !has_typed_all();) {
      press(next_key_);
      next_key_ += plan_.rhythm->next_pause(around_.random);
    }
    if (has_typed_all()) return proceed();
    press_later();
  });
}

// Submits what is pending, if nothing is in flight.
void Client::flush() {
  if (!link_.ready() || replica_.in_flight() || !replica_.has_pending()) return;
  const ot::Operation& operation = replica_.put_in_flight();
  in_flight_ = next_sequence_++;
  ledger_.submit(in_flight_, hash_of_inserts(operation));
  unanswered_.push_back(in_flight_);
  link_.send(submissions_.write(replica_.version(), in_flight_, operation, std::nullopt));
}

void Client::submit_again() {
  ++around_.figures.resubmissions;
  unanswered_.push_back(in_flight_);
  link_.send(submissions_.write(replica_.version(), in_flight_, *replica_.in_flight(), link_.id()));
}

// ---- The connection

void Client::connected() {
  if (!has_text_) around_.authors.add(link_.id(), ledger_, plan_.number);
  if (replica_.in_flight()) submit_again();
  flush();
  if (presence_) presence_->connected();
  const auto version = has_text_ ? std::optional(replica_.version()) : std::nullopt;
  link_.send(write_read("s", plan_.collection, plan_.document, version));
}

void Client::lost(const std::string& reason) {
  if (opened_) {
    around_.breaches.add(
        {kErrConnection, describe() + " cannot connect to " + around_.target.url + ": " + reason});
    return std::exchange(opened_, nullptr)();
  }
  if (subscribed_) ++around_.figures.lost_connections;
  disconnected();
}

void Client::disconnected() {
  if (lost_at_ == Time::max()) lost_at_ = Clock::now();
  subscribed_ = false;
  fetching_ = false;
  pinged_ = false;
  unanswered_.clear();
  link_.dial_later(around_.random);
}

void Client::cut_later() {
  const double seconds = plan_.cuts->seconds;
  next_cut_ += duration_of(
      plan_.cuts->together ? seconds
                           : std::exponential_distribution<double>(1 / seconds)(around_.random));
  cut_timer_.expires_at(next_cut_);
  cut_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    cut();
    cut_later();
  });
}

void Client::cut() {
  if (!subscribed_) return;
  ++around_.figures.cuts;
  link_.cut();
  disconnected();
}

// ---- The server

void Client::receive(std::string_view text) {
  // Of presences there are many, and they are only counted: where the action stands first, as
  // cowrite writes it, they need not be parsed.
  if (presence_ && text.starts_with(R"({"a":"p",)")) return presence_->receive(text);
  if (const ToldRecord* record = around_.records.find(text)) {
    receive_record(*record);
  } else {
    receive_other(text);
  }
  flush();
  if (presence_) presence_->update();
  proceed();
}

void Client::receive_other(std::string_view text) {
  const ServerMessage message(text);
  const std::string_view action = message.action();
  if (is_of_presence(action)) {
    if (presence_) presence_->receive(text);
  } else if (const auto error = message.error()) {
    breach(kErrRefused, "is refused \"" + std::string(action) + "\": " + *error);
    if (opened_) std::exchange(opened_, nullptr)();
    stop();
  } else if (action == "op") {
    receive_operation(message, text);
  } else if (action == "s") {
    receive_subscription(message);
  } else if (action == "f") {
    fetching_ = false;
  } else if (action == "pp") {
    pinged_ = false;
  } else if (action != "hs" && action != "init") {
    breach(kErrProtocol, "is sent " + std::string(text.substr(0, 100)));
  }
}

void Client::receive_operation(const ServerMessage& message, std::string_view text) {
  const std::optional<std::uint64_t> version = message.version();
  if (!version) return breach(kErrProtocol, "is sent an operation without a version");
  if (!message.is_record()) return receive_ack(message.sequence(), *version);
  if (*version < replica_.version()) return;
  Result<ot::Operation> operation = message.operation();
  if (!operation) {
    return breach(kErrProtocol, "is sent a record that is no edit: " + operation.error().message);
  }
  const std::uint64_t hash = hash_of(*operation);
  receive_record(around_.records.keep(text, {*version, std::string(message.source()),
                                             message.sequence(), *std::move(operation), hash}));
}

void Client::receive_ack(std::uint64_t sequence, std::uint64_t version) {
  const auto asked = std::ranges::find(unanswered_, sequence);
  if (asked == unanswered_.end()) {
    return breach(kErrAcknowledgedTwice, "is sent an ack of its operation " +
                                             std::to_string(sequence) + " too many, as record " +
                                             std::to_string(version));
  }
  unanswered_.erase(asked);
  confirm(sequence, version);
}

// The operation in flight is that record.
void Client::confirm(std::uint64_t sequence, std::uint64_t version) {
  if (!replica_.in_flight() || sequence != in_flight_) return;
  if (version != replica_.version()) return fetch(version);
  const Time now = Clock::now();
  const Window& window = around_.figures.window;
  ++around_.figures.all_acknowledged;
  if (window.has(now)) ++around_.figures.acknowledged;
  ledger_.for_each_keystroke(sequence, [&](Time due) {
    if (window.has(due)) around_.figures.acks.record(now - due);
  });
  const std::uint64_t hash = hash_of(*replica_.in_flight());
  ledger_.acknowledge(sequence, version, hash);
  told_.add(hash);
  replica_.acknowledge();
  if (hand_ && plan_.rhythm->is_back_to_back() && !has_typed_all()) press(now);
}

void Client::receive_record(const ToldRecord& record) {
  // Among what it missed, a client finds its own operation whose ack was lost.
  const bool is_own =
      replica_.in_flight() && record.sequence == in_flight_ && record.source == link_.id();
  if (is_own) return confirm(in_flight_, record.version);
  if (record.version < replica_.version()) return;  // Sent again, among what was missed.
  if (record.version > replica_.version()) return fetch(record.version);
  const std::optional<ot::Operation> applied = replica_.receive(record.operation);
  if (!applied) {
    breach(kErrDeliveryChanged, "is sent record " + std::to_string(record.version) +
                                    ", which does not fit the text that it has");
    return stop();
  }
  told_.add(record.hash);
  if (hand_) hand_->move_over(*applied);
  measure_delivery(record);
}

void Client::measure_delivery(const ToldRecord& record) {
  const Authors::Author* author = around_.authors.find(record.source);
  const Time now = Clock::now();
  Figures& figures = around_.figures;
  if (figures.window.has(now)) ++figures.delivered;
  if (author == nullptr) return;
  author->ledger->for_each_keystroke(record.sequence, [&](Time due) {
    if (figures.window.has(due)) figures.deliveries.record(now - due);
  });
}

void Client::receive_subscription(const ServerMessage& message) {
  const std::optional<WireSnapshot> snapshot = message.snapshot();
  if (!has_text_) {
    if (!snapshot || !snapshot->is_text) {
      breach(kErrProtocol, "subscribes and is given no text");
    } else {
      replica_.restore(snapshot->version, snapshot->text);
      told_ = OperationDigest(snapshot->version);
      first_text_ = hash_of(snapshot->text);
      has_text_ = true;
    }
  }
  subscribed_ = true;
  if (lost_at_ != Time::max()) {
    around_.figures.returns.record(Clock::now() - std::exchange(lost_at_, Time::max()));
  }
  if (opened_) std::exchange(opened_, nullptr)();
}

// It is shown `version`, and misses something below that. While a read is to bring it, this is in
// order; else the server has left it out, or sent it late.
void Client::fetch(std::uint64_t version) {
  if (subscribed_ && !fetching_) {
    breach(kErrReordered, "is sent record " + std::to_string(version) + " and has not been sent " +
                              std::to_string(replica_.version()));
  }
  ++around_.figures.fetches;
  if (std::exchange(fetching_, true)) return;
  link_.send(write_read("f", plan_.collection, plan_.document, replica_.version()));
}

void Client::breach(std::string_view code, const std::string& what) {
  around_.breaches.add({code, describe() + " " + what});
}

ClientState Client::state() const {
  return {"client " + std::to_string(plan_.number),
          link_.id(),
          &ledger_,
          &told_,
          first_text_,
          replica_.text().to_string()};
}

std::optional<std::uint64_t> Client::unanswered() const {
  if (replica_.in_flight()) return in_flight_;
  return unanswered_.empty() ? std::nullopt : std::optional(unanswered_.front());
}

std::string Client::describe() const {
  return "client " + std::to_string(plan_.number) + " in " + plan_.collection + "/" +
         plan_.document;
}

}  // namespace cowrite::load
