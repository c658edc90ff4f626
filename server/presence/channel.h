// Channel: a presence channel, with the loops on which sessions listen to it. Presence is never
// stored: when a session joins, all others send their presences again. They are asked at most once
// in a while (limits.h); whoever joins meanwhile waits for the next time.
//
// A presence id belongs to the source that announced it first, until it ends: clients know
// presences by their ids alone. What another source says under it is acknowledged, and goes no
// further; when the id is free, all are asked for their presences, so that the other can have it.
//
// A channel lives on the loop of its name's hash, which for a document's channel ("collection.id")
// is the document's loop; so a document's presences never overtake its operations. Belongs to that
// loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
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

using ChannelReply = std::variant<ChannelJoined, ChannelLeft, document::PresenceAcknowledged>;

// ---- From a channel to whole loops: a presence, or a call for them.

using ChannelNotice = std::variant<document::SharedPresence, ChannelCall>;

// How the channels of one loop reach sessions and loops.
struct ChannelPorts {
  std::function<void(document::SessionId, ChannelReply)> reply;
  std::function<void(document::LoopIndex, ChannelNotice)> announce;
  // Calls may_call() of the channel of that name when kCallPeriod has passed.
  std::function<void(const std::string& channel)> start_call_period;
};

class Channel {
 public:
  // REQUIRES: the ports outlive this.
  explicit Channel(const ChannelPorts& ports) : ports_(ports) {}

  void handle(const ToChannel& message);
  // A session that joined is gone, or left before.
  void leave(document::LoopIndex loop) { subscribers_.leave(loop); }
  // The time between two calls is over. REQUIRES: `name` is this channel's.
  void may_call(const std::string& name);

  // Nobody listens: it may be dropped.
  [[nodiscard]] bool idle() const { return subscribers_.empty(); }

 private:
  struct Owner {
    std::string source;
    document::SessionId session;  // Of it, which announced the presence last.
    bool is_contested = false;    // Another source announced it, too.
  };

  void receive(const ChannelJoin& join);
  void receive(const ChannelLeave& leave);
  void receive(const ChannelCall& call);
  void receive(const document::SharedPresence& presence);
  [[nodiscard]] bool may_announce(const document::PresenceNotice& notice);
  [[nodiscard]] bool release(const document::PresenceNotice& notice);
  void relay(const document::SharedPresence& presence);

  const ChannelPorts& ports_;
  document::SubscribedLoops subscribers_;
  std::map<std::string, Owner> owners_;  // By presence id.
  bool called_ = false;                  // A little while ago.
  // For whom the next call is due; number 0 stands for several.
  std::optional<document::SessionId> next_call_;
};

}  // namespace cowrite::presence
