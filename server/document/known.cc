#include "server/document/known.h"

#include <utility>

#include "server/limits.h"

namespace cowrite::server {

std::size_t Known::memory_bytes() const {
  constexpr std::size_t kPerSource = 160;  // A node of the map, with a name as clients make them.
  return tail_.memory_bytes() + sources_.size() * kPerSource;
}

std::optional<LastOfSource> Known::last_of(const std::string& source) const {
  if (const auto found = sources_.find(source); found != sources_.end()) return found->second;
  // With all records here, who is not among them has sent nothing.
  if (tail_.begin() == 0) return LastOfSource();
  return std::nullopt;
}

void Known::push(RecordPtr record) {
  sources_[record->source] = storage::SourceEntry{record->sequence, record->version};
  tail_.push(std::move(record));
}

void Known::learn(const std::string& source, const LastOfSource& last) {
  sources_.try_emplace(source, last);
}

void Known::trim(std::uint64_t keep) {
  tail_.trim(keep);
  if (tail_.begin() > 0 && sources_.size() > kKnownSourcesMax) sources_.clear();
}

}  // namespace cowrite::server
