// Channel: a presence channel, with the loops on which sessions listen to it. Presence is never
// stored: when a session joins, all others send their presences again.
//
// A channel lives on the loop of its name's hash, which for a document's channel ("collection.id")
// is the document's loop; so a document's presences never overtake its operations. Belongs to that
// loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "server/document/messages.h"
#include "server/document/subscribed_loops.h"

namespace cowrite::presence {

// ---- From a session to a channel

struct ChannelJoin {
  document::SessionId session;
  std::uint64_t ticket = 0;
  std::string channel;
};
struct ChannelLeave {
  document::SessionId session;
  std::uint64_t ticket = 0;
  std::string channel;
};
// All sessions but this one are asked to send their presences again.
struct ChannelCall {
  document::SessionId session;
  std::string channel;
};
using ToChannel = std::variant<ChannelJoin, ChannelLeave, ChannelCall, document::SharedPresence>;

[[nodiscard]] const std::string& channel_of(const ToChannel& message);

// ---- From a channel to one session

struct ChannelJoined {
  std::uint64_t ticket = 0;
  std::string channel;
};
struct ChannelLeft {
  std::uint64_t ticket = 0;
  std::string channel;
};

using ChannelReply = std::variant<ChannelJoined, ChannelLeft>;

// ---- From a channel to whole loops: a presence, or a call for them.

using ChannelNotice = std::variant<document::SharedPresence, ChannelCall>;

// How a channel reaches sessions and loops.
struct ChannelPorts {
  std::function<void(document::SessionId, ChannelReply)> reply;
  std::function<void(document::LoopIndex, ChannelNotice)> announce;
};

class Channel {
 public:
  explicit Channel(ChannelPorts ports) : ports_(std::move(ports)) {}

  void handle(const ToChannel& message);
  // A session that joined is gone, or left before.
  void leave(document::LoopIndex loop) { subscribers_.leave(loop); }

  // Nobody listens: it may be dropped.
  [[nodiscard]] bool idle() const { return subscribers_.empty(); }

 private:
  void receive(const ChannelJoin& join);
  void receive(const ChannelLeave& leave);
  void receive(const ChannelCall& call);
  void receive(const document::SharedPresence& presence);

  ChannelPorts ports_;
  document::SubscribedLoops subscribers_;
};

}  // namespace cowrite::presence
