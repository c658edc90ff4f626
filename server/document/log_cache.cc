#include "server/document/log_cache.h"

#include <utility>

#include "server/document/limits.h"

namespace cowrite::document {

std::size_t LogCache::memory_bytes() const {
  constexpr std::size_t kPerSource = 160;  // A node of the map, with a name as clients make them.
  return tail_.memory_bytes() + sources_.size() * kPerSource;
}

std::optional<LastSubmission> LogCache::last_of(const std::string& source) const {
  if (const auto found = sources_.find(source); found != sources_.end()) return found->second;
  // With all records here, who is not among them has sent nothing.
  if (tail_.begin() == 0) return LastSubmission();
  return std::nullopt;
}

void LogCache::push(RecordPtr record) {
  sources_[record->source] = storage::SourceEntry{record->sequence, record->version};
  tail_.push(std::move(record));
}

void LogCache::learn(const std::string& source, const LastSubmission& last) {
  sources_.try_emplace(source, last);
}

void LogCache::trim(std::uint64_t keep) {
  tail_.trim(keep);
  if (tail_.begin() > 0 && sources_.size() > kKnownSourcesMax) sources_.clear();
}

}  // namespace cowrite::document
