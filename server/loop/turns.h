// Turns: how long the turns of one loop take. A turn is what runs without a look at the sockets and
// timers in between; everybody else on the loop waits for its end. What was posted says itself when
// its turn is over, and so does a socket that was read, written to some times, or accepted from.
// What says nothing is short and counts to the turn after it. The io_context could also be run
// handler by handler, but then it allocates anew for each, which costs an operation 3 % of its
// time.
//
// Its time is that of the processor, for on a busy machine a thread also stands still when others
// run. Asking the system for it at each turn would cost more than many a turn itself. So the
// monotonic clock, which is cheap, tells when kTurnResolution has passed; the processor time
// between two such moments, less what the short turns between them took at most, is the last
// turn's. It is too short by less than kTurnResolution.
//
// The loop's thread writes, any thread reads.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "storage/counting/counter.h"
#include "storage/counting/histogram.h"

namespace cowrite::loop {

// Turns below it need not be told apart: nobody notices them.
inline constexpr std::chrono::milliseconds kTurnResolution{1};

// In seconds.
inline constexpr std::array kTurnSeconds = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
                                            0.2,   0.5,   1.0,   2.0,  5.0,  10.0};

// The longest turn is that of the last minute: whoever looks at least once a minute misses none,
// and does not take it from anybody else who looks.
inline constexpr std::chrono::seconds kTurnWindow{60};

class Turns {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Processor = std::chrono::nanoseconds;

  // `processor_time` is what the calling thread has used so far.
  explicit Turns(std::function<Processor()> processor_time = thread_processor_time);

  // ---- The loop's thread

  // Before the first turn.
  void begin(Time now);
  // A turn, and the waiting before it, is over.
  void ended(Time now);

  // ---- Any thread

  // In seconds; the sum is the processor time of the thread.
  [[nodiscard]] counting::HistogramCounts read() const;
  // Of the turns that ended in the last kTurnWindow, or up to a twelfth of it before; 0 if none
  // took kTurnResolution.
  [[nodiscard]] Processor longest(Time now) const;

  [[nodiscard]] static Processor thread_processor_time();

 private:
  static constexpr auto kPartLength = kTurnWindow / 12;
  static constexpr std::size_t kParts = 13;  // The window, and the part that has just begun.

  // The longest turn of a part of the window; each is used again for a later part.
  struct Part {
    std::atomic<std::int64_t> number = -1;
    std::atomic<Processor::rep> longest = 0;
  };

  static std::int64_t part_number(Time now);
  void measure(Time now, Processor waiting_and_turn);
  void note_longest(Time now, Processor turn);

  const std::function<Processor()> processor_time_;
  Time last_end_;
  Time measured_at_;
  Processor short_turns_{};               // Since then, with the waiting before them.
  std::atomic<Processor::rep> used_ = 0;  // As measured last.
  counting::Counter short_count_;
  counting::Histogram others_{kTurnSeconds};
  std::array<Part, kParts> parts_;
};

}  // namespace cowrite::loop
