#include "server/loop/turns.h"

#include <time.h>

#include <algorithm>
#include <utility>

namespace cowrite::loop {

Turns::Turns(std::function<Processor()> processor_time)
    : processor_time_(std::move(processor_time)) {}

Turns::Processor Turns::thread_processor_time() {
  struct timespec used {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void Turns::begin(Time now) {
  last_end_ = measured_at_ = now;
  used_ = processor_time_().count();
}

void Turns::ended(Time now) {
  const Processor took = now - std::exchange(last_end_, now);
  if (now - measured_at_ >= kTurnResolution) {
    measure(now, took);
  } else {
    short_turns_ += took;
    short_count_.add();
  }
}

void Turns::measure(Time now, Processor waiting_and_turn) {
  const Processor used = processor_time_();
  const Processor since = used - Processor(used_.exchange(used.count(), std::memory_order_relaxed));
  const Processor turn = std::clamp(since - short_turns_, Processor(0), waiting_and_turn);
  others_.record(turn);
  if (turn >= kTurnResolution) note_longest(now, turn);
  measured_at_ = now;
  short_turns_ = Processor(0);
}

std::int64_t Turns::part_number(Time now) { return now.time_since_epoch() / kPartLength; }

void Turns::note_longest(Time now, Processor turn) {
  const std::int64_t number = part_number(now);
  Part& part = parts_[static_cast<std::size_t>(number) % kParts];
  if (part.number != number) {
    part.longest = 0;
    part.number = number;
  }
  part.longest = std::max(part.longest.load(), turn.count());
}

counting::HistogramCounts Turns::read() const {
  counting::HistogramCounts read = others_.read();
  read.counts.front() += short_count_.value();
  read.sum = std::chrono::duration<double>(Processor(used_.load())).count();
  return read;
}

Turns::Processor Turns::longest(Time now) const {
  const std::int64_t number = part_number(now);
  Processor longest{};
  for (const Part& part : parts_) {
    if (part.number > number - static_cast<std::int64_t>(kParts)) {
      longest = std::max(longest, Processor(part.longest.load()));
    }
  }
  return longest;
}

}  // namespace cowrite::loop
