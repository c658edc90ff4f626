#include "tests/simulation/client.h"

#include <algorithm>

#include "server/protocol/error_codes.h"

namespace cowrite::simulation {
namespace {

constexpr Microseconds kRedialMax = 20'000;

std::string name_of(const std::string& action, const DocumentKey& key) {
  return action + " " + key.collection() + "/" + key.id();
}

std::string name_of(const std::string& action, const std::string& collection,
                    std::vector<std::string> ids) {
  std::ranges::sort(ids);
  std::string name = action + " " + collection + "/";
  for (const std::string& id : ids) name += id + ",";
  return name;
}

std::string name_of_submission(const DocumentKey& key, std::uint64_t sequence) {
  return name_of("op", key) + " " + std::to_string(sequence);
}

// Of p, ps and pu.
std::string name_of_presence(const WireMessage& message) {
  return message.action + " " + message.channel + " " +
         std::to_string(message.sequence.value_or(message.presence_version));
}

}  // namespace

Client::Client(std::string name, Dependencies around)
    : name_(std::move(name)), around_(std::move(around)) {
  add_presence("room", nullptr);
  uplink_.read = [this](const std::string& action, const DocumentKey& key,
                        std::optional<std::uint64_t> version) { read(action, key, version); };
  uplink_.submit = [this](const WireSubmission& submission) { submit(submission); };
  uplink_.moved = [this](const DocumentKey& key, std::uint64_t version) {
    around_.oracle.moved(name_, key, version);
  };
  uplink_.forgot = [this](const DocumentKey& key) { around_.oracle.forgot(name_, key); };
}

Replica& Client::replica(const DocumentKey& key) {
  return replicas_.try_emplace(key, key, uplink_).first->second;
}

PresenceModel& Client::cursor(const DocumentKey& key) {
  const std::string channel = key.collection() + "." + key.id();
  add_presence(channel, &replica(key));
  return presences_.at(channel);
}

// If it is not there.
void Client::add_presence(const std::string& channel, const Replica* document) {
  const auto send = [this](WireMessage message) { send_presence(std::move(message)); };
  const auto [added, is_new] = presences_.try_emplace(channel, channel, name_, send, document);
  if (is_new && uplink_.open) added->second.connected();
}

void Client::stop_following() {
  for (auto& [key, replica] : replicas_) replica.unsubscribe();
  for (auto& [channel, presence] : presences_) presence.leave();
}

// ---- The connection

void Client::go_online() {
  if (std::exchange(online_, true)) return;
  if (!link_) dial();
}

void Client::go_offline() {
  online_ = false;
  if (!link_) return;
  link_->hang_up();
  closed();
}

void Client::dial() {
  link_ = around_.dial(name_, {.on_open = [this] { ask("hs", write_handshake(uplink_.source)); },
                               .on_message = [this](std::string_view text) { receive(text); },
                               .on_close = [this] { closed(); }});
}

void Client::closed() {
  link_ = nullptr;
  unanswered_.clear();
  past_.clear();
  if (std::exchange(uplink_.open, false)) {
    for (auto& [key, replica] : replicas_) replica.disconnected();
    for (auto& [channel, presence] : presences_) presence.disconnected();
  }
  if (!online_) return;
  around_.timeline.after(around_.random.between(0, kRedialMax), [this] {
    if (online_ && !link_) dial();
  });
}

void Client::handle_handshake(const WireMessage& message) {
  if (message.action == "init") return ask("hs", write_handshake(uplink_.source));
  answered("hs");
  if (uplink_.open) {
    if (message.id != uplink_.source) {
      around_.oracle.breach("answers", name_ + " is given two ids on one connection");
    }
    return;
  }
  if (!uplink_.source.empty() && message.id != uplink_.source) {
    around_.oracle.breach("answers", name_ + " is not given its id");
  }
  uplink_.source = message.id;
  uplink_.open = true;
  bulk_.emplace();
  for (auto& [key, replica] : replicas_) replica.connected();
  const auto collected = *std::exchange(bulk_, std::nullopt);
  for (const auto& [name, wanted] : collected) send_bulk(name.second, name.first, wanted);
  for (auto& [channel, presence] : presences_) presence.connected();
}

// ---- Requests

void Client::ask(std::string name, std::string text) {
  unanswered_.insert(std::move(name));
  link_->send_up(std::move(text));
}

void Client::read(const std::string& action, const DocumentKey& key,
                  std::optional<std::uint64_t> version) {
  if (bulk_) {
    (*bulk_)[{key.collection(), action}].emplace_back(key.id(), version);
  } else {
    ask(name_of(action, key), write_read(action, key, version));
  }
}

// At most two messages: ids without versions, and with.
void Client::send_bulk(const std::string& action, const std::string& collection,
                       const Versions& wanted) {
  for (const bool with_versions : {false, true}) {
    Versions part;
    std::vector<std::string> ids;
    for (const auto& [id, version] : wanted) {
      if (version.has_value() != with_versions) continue;
      part.emplace_back(id, version);
      ids.push_back(id);
    }
    if (part.size() == 1) {
      const DocumentKey key{collection, ids.front()};
      ask(name_of(action, key), write_read(action, key, part.front().second));
    } else if (!part.empty()) {
      ask(name_of("b" + action, collection, ids), write_bulk("b" + action, collection, part));
    }
  }
}

void Client::submit(const WireSubmission& submission) {
  WireSubmission named = submission;
  if (!named.source) named.source = uplink_.source;
  around_.oracle.submitted(name_, named);
  ask(name_of_submission(submission.key, submission.sequence), write_submission(submission));
}

void Client::ask_past(const std::string& action, const DocumentKey& key,
                      std::optional<std::uint64_t> moment) {
  const std::uint64_t request = next_past_++;
  past_[request] = {key, action == "nf" ? moment : std::nullopt};
  ask(action + " " + std::to_string(request), write_past(action, request, key, moment));
}

void Client::send_presence(WireMessage message) {
  std::string name = name_of_presence(message);
  if (message.action != "p") {
    return ask(std::move(name), write_channel(message.action, message.channel, *message.sequence));
  }
  ask(std::move(name), write_presence(message));
  message.source = uplink_.source;
  around_.oracle.announced(std::move(message));
}

// ---- Answers

void Client::receive(std::string_view text) {
  const std::optional<WireMessage> message = parse(text);
  if (!message) return around_.oracle.breach("answers", name_ + " is sent " + std::string(text));
  const std::string& action = message->action;
  if (action == "init" || action == "hs") {
    handle_handshake(*message);
  } else if (action == "op") {
    handle_operation(*message);
  } else if (action == "f" || action == "s" || action == "u") {
    handle_read(*message);
  } else if (action == "bf" || action == "bs" || action == "bu") {
    handle_bulk(*message);
  } else if (action == "nf" || action == "nt") {
    handle_past(*message);
  } else if (action.starts_with("p")) {
    handle_presence(*message);
  } else {
    around_.oracle.breach("answers", name_ + " is sent " + std::string(text));
  }
  for (auto& [channel, presence] : presences_) presence.flush();
}

void Client::answered(const std::string& name) {
  const auto found = unanswered_.find(name);
  if (found == unanswered_.end()) {
    return around_.oracle.breach("answers", name_ + " gets an answer too many: " + name);
  }
  unanswered_.erase(found);
}

void Client::handle_operation(const WireMessage& message) {
  Replica& replica = this->replica(message.key);
  const std::uint64_t sequence = message.sequence.value_or(0);
  if (!message.error.empty()) {
    answered(name_of_submission(message.key, sequence));
    const std::string source = message.source.empty() ? uplink_.source : message.source;
    around_.oracle.refused(name_, message.key, source, sequence, message.error);
    return replica.refused();
  }
  if (message.change) {
    around_.oracle.shown(name_, message);
    if (message.source == uplink_.source && replica.subscribed() && !reads()) {
      around_.oracle.breach("answers", name_ + " is sent its own operation");
    }
  } else {
    answered(name_of_submission(message.key, sequence));
  }
  if (misses_something(replica, message)) {
    const std::uint64_t from = *replica.version();
    const std::uint64_t base =
        message.change ? from : std::min(from, replica.base_in_flight().value_or(from));
    around_.oracle.skipped(name_, message.key, uplink_.source, from, *message.version, base);
  }
  const bool takes_it_for_ack = replica.in_flight(message.source, sequence);
  if (!message.change || takes_it_for_ack) {
    around_.oracle.acknowledged(name_, message.key, message.source, sequence,
                                message.version.value_or(UINT64_MAX));
  }
  replica.received(message);
}

// Some read is not answered yet, and may bring operations.
bool Client::reads() const {
  return std::ranges::any_of(unanswered_, [](const std::string& name) {
    return name.starts_with("f ") || name.starts_with("s ") || name.starts_with("b");
  });
}

// Everything below a record or an ack should have come before it; unless a read is to bring it, or
// has failed to.
bool Client::misses_something(const Replica& replica, const WireMessage& message) const {
  if (reads() || failed_reads_.contains(message.key)) return false;
  if (!replica.version() || *message.version <= *replica.version()) return false;
  return message.change ? replica.subscribed()
                        : replica.in_flight(message.source, *message.sequence);
}

// A presence never overtakes the operations that it has been moved over; and falls behind others
// only where the client reads slowly, so that it has to wait.
void Client::expect_in_order(const DocumentKey& key, std::uint64_t version) {
  const Replica& replica = this->replica(key);
  if (reads() || failed_reads_.contains(key) || !replica.subscribed() || !replica.version()) return;
  around_.oracle.skipped(name_, key, uplink_.source, *replica.version(), version,
                         *replica.version());
  if (version < *replica.version() && link_->conditions.weight == 1) {
    around_.oracle.breach("order", name_ + " is shown a presence at version " +
                                       std::to_string(version) + " of " + key.id() + " after " +
                                       std::to_string(*replica.version()));
  }
}

void Client::handle_read(const WireMessage& message) {
  answered(name_of(message.action, message.key));
  hand_over(message.action, message.key, message.error, message.snapshot);
}

void Client::handle_bulk(const WireMessage& message) {
  std::vector<std::string> ids;
  for (const WirePart& part : message.parts) ids.push_back(part.id);
  answered(name_of(message.action, message.key.collection(), ids));
  for (const WirePart& part : message.parts) {
    hand_over(message.action.substr(1), {message.key.collection(), part.id},
              message.error.empty() ? part.error : message.error, part.snapshot);
    if (message.action == "bs" && part.error == protocol::kErrBulkReplyTooLarge) {
      replica({message.key.collection(), part.id}).subscribe();  // Alone, as the error says.
    }
  }
}

void Client::hand_over(const std::string& action, const DocumentKey& key, const std::string& error,
                       const std::optional<WireSnapshot>& snapshot) {
  if (!error.empty()) {
    around_.oracle.failed(name_, name_of(action, key), error);
    failed_reads_.insert(key);
  } else {
    failed_reads_.erase(key);
  }
  if (snapshot) around_.oracle.shown(name_, key, *snapshot);
  if (action == "f") {
    replica(key).fetched(error, snapshot);
  } else {
    replica(key).answered_subscribe(error, snapshot);
  }
}

void Client::handle_past(const WireMessage& message) {
  answered(message.action + " " + std::to_string(message.request));
  const auto found = past_.find(message.request);
  if (found == past_.end()) return;
  const auto [key, version] = found->second;
  past_.erase(found);
  if (!message.error.empty()) return around_.oracle.failed(name_, message.action, message.error);
  around_.oracle.shown(name_, key, *message.snapshot);
  if (version && message.snapshot->version != *version) {
    around_.oracle.breach("answers", name_ + " asks for one version and gets another");
  }
}

void Client::handle_presence(const WireMessage& message) {
  const auto found = presences_.find(message.channel);
  if (found == presences_.end()) {
    return around_.oracle.breach("answers", name_ + " is told of " + message.channel);
  }
  const bool shows_another = message.action == "p" && message.id != name_;
  if (!shows_another && message.action != "pr") answered(name_of_presence(message));
  if (!message.error.empty()) around_.oracle.refused(name_, message);
  if (shows_another && around_.oracle.knows(message.channel, message.id)) {
    around_.oracle.shown_presence(name_, message);
    if (message.version) expect_in_order(message.key, *message.version);
  }
  found->second.received(message);
}

}  // namespace cowrite::simulation
