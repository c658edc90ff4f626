#include "server/log/repeats.h"

#include <utility>

namespace cowrite::log {

Repeats::Repeats(Log& log, std::function<Clock::time_point()> now)
    : log_(log), now_(std::move(now)) {}

void Repeats::tell(Level level, std::string_view kind, std::string_view sentence, Fields fields) {
  {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = now_();
    close_until(now - kRepeatsPeriod);
    Kind& known =
        kinds_.try_emplace(std::string(kind), Kind{.level = level, .began = now}).first->second;
    if (known.told.contains(sentence) || known.told.size() == kSentencesMax) {
      ++known.more;
      return;
    }
    known.told.emplace(sentence);
  }
  log_.write(level, sentence, fields);
}

void Repeats::sweep() {
  const std::lock_guard lock(mutex_);
  close_until(now_() - kRepeatsPeriod);
}

void Repeats::finish() {
  const std::lock_guard lock(mutex_);
  close_until(Clock::time_point::max());
}

void Repeats::close_until(Clock::time_point began) {
  std::erase_if(kinds_, [&](const auto& entry) {
    if (entry.second.began > began) return false;
    close(entry.first, entry.second);
    return true;
  });
}

void Repeats::close(std::string_view name, const Kind& kind) {
  if (kind.more == 0) return;
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now_() - kind.began);
  log_.write(kind.level, "more of this kind",
             {{"kind", name},
              {"count", kind.more},
              {"seconds", static_cast<std::uint64_t>(passed.count())}});
}

}  // namespace cowrite::log
