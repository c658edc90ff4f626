#include "server/switchboard/channel_table.h"

#include <utility>

#include "ot/base/check.h"
#include "server/presence/limits.h"

namespace cowrite::switchboard {

void ChannelTable::handle(const presence::ToChannel& request) {
  const std::string& name = channel_of(request);
  auto found = channels_.find(name);
  if (found == channels_.end()) found = channels_.emplace(name, ports_).first;
  found->second.handle(request);
  if (found->second.idle()) channels_.erase(found);
  counts_.channels.set(channels_.size());
}

presence::ChannelPorts ChannelTable::channel_ports() {
  return {
      .reply = [this](SessionId session,
                      auto reply) { board_.to_session(session, std::move(reply)); },
      .announce = [this](LoopIndex loop, auto notice) { board_.to_loop(loop, std::move(notice)); },
      .start_call_period = [this](const std::string& name) { start_call_period(name); },
  };
}

// When it is over, the channel may be gone, or be another one of that name, which calls a little
// earlier then.
void ChannelTable::start_call_period(const std::string& name) {
  board_.ports().post_after(loop_, presence::kCallPeriod, [this, name] {
    if (const auto found = channels_.find(name); found != channels_.end()) {
      found->second.may_call(name);
    }
  });
}

void ChannelTable::leave(const std::string& name, LoopIndex loop) {
  const auto found = channels_.find(name);
  CHECK(found != channels_.end());
  found->second.leave(loop);
  if (found->second.idle()) channels_.erase(found);
  counts_.channels.set(channels_.size());
}

}  // namespace cowrite::switchboard
