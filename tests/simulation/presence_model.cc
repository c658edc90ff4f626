#include "tests/simulation/presence_model.h"

#include <utility>

namespace cowrite::simulation {

void PresenceModel::announce(std::string value) {
  value_ = std::move(value);
  send_own();
}

void PresenceModel::send_own() {
  std::string message = write_presence(channel_, id_, next_version_++, value_);
  if (open_) {
    send_(message);
  } else {
    waiting_.push_back(std::move(message));
  }
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
  if (open_) send_(write_channel(wants_ ? "ps" : "pu", channel_, next_sequence_++));
}

void PresenceModel::connected() {
  open_ = true;
  if (wants_) send_subscription();
  for (const std::string& message : std::exchange(waiting_, {})) send_(message);
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
  } else if (message.action == "pr" && message.channel == channel_) {
    if (value_ != "null") send_own();
  } else if (message.action == "p" && message.id != id_) {
    Remote& remote = remote_[message.id];
    if (message.presence_version >= remote.version) {
      remote = {message.value, message.presence_version};
    }
    if (remote.value == "null") remote_.erase(message.id);
  }
}

std::string PresenceModel::value_of(const std::string& id) const {
  const auto found = remote_.find(id);
  return found == remote_.end() ? "null" : found->second.value;
}

}  // namespace cowrite::simulation
