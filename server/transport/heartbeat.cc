#include "server/transport/heartbeat.h"

#include <utility>

namespace cowrite::transport {

Heartbeat::Verdict Heartbeat::check(Time now, Progress progress, const Timing& timing) {
  const Progress before = std::exchange(seen_, progress);
  const bool read = progress.read != before.read;
  const bool taking = progress.written != before.written && progress.written < ping_end_;
  if (read) pinged_ = false;
  if (read || (pinged_ && taking)) sign_of_life_ = now;
  const auto silence = now - sign_of_life_;
  if (pinged_) return silence >= timing.ping_timeout ? Verdict::kGone : Verdict::kFine;
  return silence >= timing.ping_interval ? Verdict::kPing : Verdict::kFine;
}

void Heartbeat::pinged(Time now, std::uint64_t ping_end) {
  sign_of_life_ = now;
  pinged_ = true;
  ping_end_ = ping_end;
}

void Heartbeat::suspend(Time now) {
  sign_of_life_ = now;
  pinged_ = false;
}

}  // namespace cowrite::transport
