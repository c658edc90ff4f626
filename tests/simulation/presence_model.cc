#include "tests/simulation/presence_model.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace cowrite::simulation {

std::string replace_positions(const std::string& value,
                              const std::function<std::uint64_t(std::uint64_t)>& replacement) {
  std::string replaced;
  for (std::size_t at = 0; at < value.size();) {
    if (std::isdigit(static_cast<unsigned char>(value[at])) == 0) {
      replaced += value[at++];
      continue;
    }
    std::size_t digits = 0;
    replaced += std::to_string(replacement(std::stoull(value.substr(at), &digits)));
    at += digits;
  }
  return replaced;
}

void PresenceModel::announce(std::string value) {
  own_ = {std::move(value), next_version_++};
  refused_ = false;
  waiting_.push_back(own_);
  flush();
}

void PresenceModel::flush() {
  if (!open_ || (document_ && !document_->nothing_pending())) return;
  for (const Latest& presence : std::exchange(waiting_, {})) send(presence);
}

void PresenceModel::send(const Latest& presence) {
  WireMessage message;
  message.action = "p";
  message.channel = channel_;
  message.id = id_;
  message.presence_version = presence.version;
  message.value = presence.value;
  if (document_) {
    if (!document_->exists()) {  // Nobody is in it any more.
      own_.value = "null";
      return;
    }
    const std::uint64_t end = document_->text().code_points();
    message.key = document_->key();
    message.version = document_->version();
    message.value = replace_positions(
        presence.value, [end](std::uint64_t position) { return std::min(position, end); });
  }
  send_(std::move(message));
}

void PresenceModel::join() {
  if (std::exchange(wants_, true)) return;
  send_subscription();
}

void PresenceModel::leave() {
  if (!std::exchange(wants_, false)) return;
  send_subscription();
}

void PresenceModel::send_subscription() {
  if (!open_) return;
  WireMessage message;
  message.action = wants_ ? "ps" : "pu";
  message.channel = channel_;
  message.sequence = next_sequence_++;
  send_(std::move(message));
}

void PresenceModel::connected() {
  open_ = true;
  if (wants_) send_subscription();
  flush();
}

void PresenceModel::disconnected() {
  open_ = false;
  joined_ = false;
}

void PresenceModel::received(const WireMessage& message) {
  if (message.action == "ps") {
    joined_ = wants_;
  } else if (message.action == "pu") {
    joined_ = false;
  } else if (message.action == "pr") {
    if (own_.value != "null") announce(own_.value);
  } else if (message.id == id_) {
    refused_ = refused_ || (!message.error.empty() && message.presence_version == own_.version);
  } else if (message.presence_version >= others_[message.id].version) {
    others_[message.id] = {message.value, message.presence_version};
  }
}

PresenceModel::Latest PresenceModel::heard_of(const std::string& id) const {
  const auto found = others_.find(id);
  return found == others_.end() ? Latest() : found->second;
}

}  // namespace cowrite::simulation
