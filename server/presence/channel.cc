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

void Channel::receive(const ChannelCall& call) {
  for (const auto& [loop, listeners] : subscribers_.loops()) ports_.announce(loop, call);
}

void Channel::receive(const document::SharedPresence& presence) {
  bool sender_reached = false;
  for (const auto& [loop, listeners] : subscribers_.loops()) {
    ports_.announce(loop, presence);
    sender_reached = sender_reached || loop == presence->sender.loop;
  }
  // Its ack is due also if nobody listens there.
  if (!sender_reached) ports_.announce(presence->sender.loop, presence);
}

}  // namespace cowrite::presence
