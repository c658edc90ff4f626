#include "server/transport/output_watch.h"

#include <utility>

#include "server/transport/limits.h"

namespace cowrite::transport {

bool OutputWatch::is_stalled(Time now, std::uint64_t written, Queue queue, const Timing& timing) {
  const bool waited = std::exchange(waiting_, queue == Queue::kWaiting);
  if (waited && waiting_ && now - begun_ < timing.output) return false;
  const auto least = static_cast<std::uint64_t>(timing.output.count()) * kOutputRateMin / 1'000;
  const bool stalled = waited && waiting_ && written - written_ < least;
  begun_ = now;
  written_ = written;
  return stalled;
}

}  // namespace cowrite::transport
