// ChannelTable: the presence channels that live on one loop; each is there while somebody listens.
// Belongs to that loop.
#pragma once

#include <string>
#include <unordered_map>

#include "server/presence/channel.h"
#include "server/switchboard/counts.h"
#include "server/switchboard/switchboard.h"
#include "storage/seeded_hash.h"

namespace cowrite::switchboard {

class ChannelTable {
 public:
  // REQUIRES: both outlive this.
  ChannelTable(Switchboard& board, LoopIndex loop, Counts& counts)
      : board_(board), loop_(loop), counts_(counts), ports_(channel_ports()) {}

  void handle(const presence::ToChannel& request);
  // A session of this loop that listened has left. REQUIRES: it had joined.
  void leave(const std::string& name, LoopIndex loop);

  [[nodiscard]] bool empty() const { return channels_.empty(); }

 private:
  [[nodiscard]] presence::ChannelPorts channel_ports();
  void start_call_period(const std::string& name);

  Switchboard& board_;
  const LoopIndex loop_;
  Counts& counts_;
  const presence::ChannelPorts ports_;  // Of all of them.
  std::unordered_map<std::string, presence::Channel, storage::SeededHash> channels_;
};

}  // namespace cowrite::switchboard
