// LogCache: what is remembered of a log, so that it need not be read for every submission: its
// newest records, and who sent which sequence last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/document/recent_records.h"
#include "storage/history.h"

namespace cowrite::document {

// A source's last submission in the log; absent if it has none.
using LastSubmission = std::optional<storage::SourceEntry>;

class LogCache {
 public:
  // Of a log with `version` records, of which none are here.
  explicit LogCache(std::uint64_t version) : tail_(version) {}

  [[nodiscard]] RecentRecords& tail() { return tail_; }
  [[nodiscard]] const RecentRecords& tail() const { return tail_; }

  // About what it takes in memory.
  [[nodiscard]] std::size_t memory_bytes() const;

  // Absent if only the log can tell.
  [[nodiscard]] std::optional<LastSubmission> last_of(const std::string& source) const;

  // REQUIRES: record->version == tail().end().
  void push(RecordPtr record);
  // Notes what the log said of a source, unless a newer record told better meanwhile.
  void learn(const std::string& source, const LastSubmission& last);
  // Forgets what is beyond the limits (server/limits.h), but no record from version `keep` on.
  void trim(std::uint64_t keep);

 private:
  RecentRecords tail_;
  std::unordered_map<std::string, LastSubmission> sources_;
};

}  // namespace cowrite::document
