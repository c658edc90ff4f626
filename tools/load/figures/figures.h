// Figures: what the clients of one loop measured. What falls outside of the window, as the warm-up
// does, is left out.
#pragma once

#include <cstdint>

#include "tools/load/clock.h"
#include "tools/load/figures/histogram.h"

namespace cowrite::load {

struct Figures {
  Window window;

  // Operations, counted when the ack or the delivery arrives.
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
  std::uint64_t presences_sent = 0;
  std::uint64_t presences_delivered = 0;
  std::uint64_t presences_refused = 0;

  // Latencies, of each keystroke that was due within the window, however late: from when it was due
  // until its ack, or its delivery to one client, arrived.
  Histogram acks;
  Histogram deliveries;

  // Over the whole run.
  std::uint64_t all_acknowledged = 0;
  std::uint64_t lost_connections = 0;  // That we did not cut.
  std::uint64_t cuts = 0;
  std::uint64_t resubmissions = 0;
  std::uint64_t fetches = 0;  // By clients that missed something.
  Histogram returns;          // From the loss of a connection until the document was resumed.

  void add(const Figures& other);
};

}  // namespace cowrite::load
