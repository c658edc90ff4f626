// Repeats: tells of what happens again and again, such as refusals, without filling the log. Of
// each kind, kSentencesMax different sentences are written at once; how much more there was is
// written when their minute is over.
//
//     warning This server does not answer for the host a.example; ... kind=ERR_HOST_FOREIGN
//     warning more of this kind kind=ERR_HOST_FOREIGN count=41 seconds=60
//
// Clients choose what they are refused for, so neither memory nor lines grow with what they invent.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "server/log/log.h"

namespace cowrite::log {

inline constexpr std::chrono::seconds kRepeatsPeriod{60};

// Enough for the mistakes in one configuration, and few beside what others make up.
inline constexpr std::size_t kSentencesMax = 8;

class Repeats {
 public:
  using Clock = std::chrono::steady_clock;

  // REQUIRES: the log outlives this.
  explicit Repeats(Log& log, std::function<Clock::time_point()> now = Clock::now);

  // `kind` is one of a few that the program knows, such as an error's code.
  void tell(Level level, std::string_view kind, std::string_view sentence, Fields fields = {});

  // Writes how much more there was of the kinds whose minute is over. To be called now and then.
  void sweep();
  // The same of all kinds, at the end.
  void finish();

 private:
  struct Kind {
    Level level = Level::kWarning;
    Clock::time_point began;
    std::set<std::string, std::less<>> told;
    std::uint64_t more = 0;
  };

  void close_until(Clock::time_point began);
  void close(std::string_view name, const Kind& kind);

  Log& log_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, Kind, std::less<>> kinds_;  // Those whose minute has begun.
};

}  // namespace cowrite::log
