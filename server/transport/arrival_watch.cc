#include "server/transport/arrival_watch.h"

#include <utility>

#include "server/transport/limits.h"

namespace cowrite::transport {

namespace {

// The time that a message of this length may take.
std::chrono::nanoseconds time_of(std::uint64_t bytes) {
  return std::chrono::milliseconds(bytes * 1'000 / kInputRateMin);
}

}  // namespace

void ArrivalWatch::look(Time now, const FrameMeter& meter, Reading reading) {
  if (!meter.in_progress()) {
    in_progress_ = false;
    return;
  }
  if (!std::exchange(in_progress_, true) || number_ != meter.completed()) return begin(now, meter);
  const std::chrono::nanoseconds passed = now - std::exchange(looked_, now);
  if (std::exchange(received_, meter.received()) != received_) quiet_ = pause_ = {};
  pause_ += passed;
  if (reading == Reading::kHeld) return;
  read_time_ += passed;
  quiet_ += passed;
}

void ArrivalWatch::begin(Time now, const FrameMeter& meter) {
  number_ = meter.completed();
  received_ = meter.received();
  looked_ = now;
  read_time_ = quiet_ = pause_ = {};
}

bool ArrivalWatch::is_late(const Timing& timing) const {
  if (!in_progress_) return false;
  return quiet_ >= timing.message || read_time_ >= timing.message + time_of(received_);
}

bool ArrivalWatch::is_stalled(const Timing& timing) const {
  if (!in_progress_) return false;
  return pause_ >= timing.message_pause || read_time_ >= timing.message_pause + time_of(received_);
}

}  // namespace cowrite::transport
