// LogCache: the newest records of a document's log, and each source's last submission, so that the
// log need not be read for every submission.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "server/document/recent_records.h"
#include "storage/history.h"
#include "storage/seeded_hash.h"

namespace cowrite::document {

// A source's last submission in the log: the record that holds it, or that there is none; or only
// the log can tell.
struct OnlyInLog {};
struct NeverSubmitted {};
using LastSubmission = std::variant<OnlyInLog, NeverSubmitted, storage::SourceEntry>;

class LogCache {
 public:
  // Of a log with `version` records, of which none are here.
  explicit LogCache(std::uint64_t version) : recent_(version), known_from_(version) {}

  [[nodiscard]] RecentRecords& recent() { return recent_; }
  [[nodiscard]] const RecentRecords& recent() const { return recent_; }

  // About what it takes in memory.
  [[nodiscard]] std::size_t memory_bytes() const;

  // Of the submission's source.
  [[nodiscard]] LastSubmission last_submission(const Submission& submission) const;
  // The last submissions of all sources that have a record from this version on are here. Never
  // after recent().begin().
  [[nodiscard]] std::uint64_t known_from() const { return known_from_; }

  // REQUIRES: record->version == recent().end().
  void push(RecordPtr record);
  // Notes a source's last submission before known_from() as the log had it (absent: none) at some
  // moment after forgotten() was `since`, unless a newer one is known. What was forgotten since may
  // have been newer, so then it does nothing.
  void learn(const std::string& source, const std::optional<storage::SourceEntry>& last,
             std::uint64_t since);
  // How often sources were forgotten.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  // Forgets what is beyond the limits (limits.h).
  void trim();

 private:
  void note(const storage::Record& record);

  RecentRecords recent_;
  std::uint64_t known_from_;
  std::unordered_map<std::string, LastSubmission, storage::SeededHash>
      sources_;  // None of them OnlyInLog.
  std::uint64_t forgotten_ = 0;
};

}  // namespace cowrite::document
