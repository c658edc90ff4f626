#include "server/presence/channel.h"

namespace cowrite::presence {

const std::string& channel_of(const ToChannel& message) {
  struct Name {
    const std::string& operator()(const ChannelJoin& join) const { return join.channel; }
    const std::string& operator()(const ChannelLeave& leave) const { return leave.channel; }
    const std::string& operator()(const ChannelCall& call) const { return call.channel; }
    const std::string& operator()(const document::SharedPresence& presence) const {
      return presence->presence.channel;
    }
  };
  return std::visit(Name{}, message);
}

void Channel::handle(const ToChannel& message) {
  std::visit([this](const auto& known) { receive(known); }, message);
}

void Channel::receive(const ChannelJoin& join) {
  subscribers_.join(join.session.loop);
  ports_.reply(join.session, ChannelJoined{join.ticket, join.channel});
  receive(ChannelCall{join.session, join.channel});
}

void Channel::receive(const ChannelLeave& leave) {
  ports_.reply(leave.session, ChannelLeft{leave.ticket, leave.channel});
}

// ---- Calls

void Channel::receive(const ChannelCall& call) {
  if (idle()) return;  // Nor does it need a period, since it is about to be dropped.
  if (called_) {
    const bool is_of_several = next_call_ && *next_call_ != call.session;
    next_call_ = is_of_several ? document::SessionId{} : call.session;
    return;
  }
  for (const auto& [loop, listeners] : subscribers_.loops()) ports_.announce(loop, call);
  called_ = true;
  ports_.start_call_period(call.channel);
}

void Channel::may_call(const std::string& name) {
  called_ = false;
  if (const auto session = std::exchange(next_call_, std::nullopt)) {
    receive(ChannelCall{*session, name});
  }
}

// ---- Presences

void Channel::receive(const document::SharedPresence& presence) {
  if (!may_announce(*presence)) {
    if (presence->acknowledged) return;
    return ports_.reply(presence->sender, document::PresenceAcknowledged{presence});
  }
  relay(presence);
  if (presence->presence.value == "null" && release(*presence)) {
    receive(ChannelCall{{}, presence->presence.channel});
  }
}

bool Channel::may_announce(const document::PresenceNotice& notice) {
  const bool is_end = notice.presence.value == "null";
  const auto found = owners_.find(notice.presence.id);
  if (found == owners_.end()) {
    if (!is_end) owners_.emplace(notice.presence.id, Owner{notice.source, notice.sender});
    return true;
  }
  Owner& owner = found->second;
  if (owner.source != notice.source) {
    owner.is_contested = owner.is_contested || !is_end;
    return false;
  }
  if (!is_end) owner.session = notice.sender;
  return true;
}

// The presence has ended. True if another source has waited for its id. A source may have two
// sessions, an old one that its client has left and a new one: the end of the old one is not the
// end of what the new one announced.
bool Channel::release(const document::PresenceNotice& notice) {
  const auto found = owners_.find(notice.presence.id);
  if (found == owners_.end() || found->second.session != notice.sender) return false;
  const bool was_contested = found->second.is_contested;
  owners_.erase(found);
  return was_contested;
}

void Channel::relay(const document::SharedPresence& presence) {
  bool sender_reached = false;
  for (const auto& [loop, listeners] : subscribers_.loops()) {
    ports_.announce(loop, presence);
    sender_reached = sender_reached || loop == presence->sender.loop;
  }
  // Its ack is due also if nobody listens there.
  if (!sender_reached) ports_.announce(presence->sender.loop, presence);
}

}  // namespace cowrite::presence
