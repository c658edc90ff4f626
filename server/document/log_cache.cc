#include "server/document/log_cache.h"

#include <utility>

#include "server/document/limits.h"

namespace cowrite::document {

std::size_t LogCache::memory_bytes() const {
  constexpr std::size_t kPerSource = 160;  // A node of the map, with a name as clients make them.
  return recent_.memory_bytes() + sources_.size() * kPerSource;
}

LastSubmission LogCache::last_submission(const Submission& submission) const {
  const auto named = sources_.find(submission.source);
  if (named != sources_.end()) return named->second;
  // It has submitted nothing since sources have names; maybe before.
  if (submission.source_id) {
    const auto former = sources_.find(*submission.source_id);
    if (former != sources_.end()) return former->second;
  }
  // Where all that have submitted anything are known, it has submitted nothing.
  if (known_from_ == 0) return NeverSubmitted();
  return OnlyInLog();
}

void LogCache::push(RecordPtr record) {
  note(*record);
  recent_.push(std::move(record));
}

void LogCache::note(const storage::Record& record) {
  sources_[record.source] = storage::SourceEntry{record.sequence, record.version};
}

void LogCache::learn(const std::string& source, const std::optional<storage::SourceEntry>& last,
                     std::uint64_t since) {
  if (since != forgotten_) return;
  sources_.try_emplace(source, last ? LastSubmission(*last) : NeverSubmitted());
}

void LogCache::trim() {
  recent_.trim();
  if (sources_.size() <= kKnownSourcesMax) return;
  sources_.clear();
  ++forgotten_;
  known_from_ = recent_.begin();
  for (std::uint64_t v = known_from_; v < recent_.end(); ++v) note(*recent_.at(v));
}

}  // namespace cowrite::document
