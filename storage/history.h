// History: reading what is committed, synchronously. The server calls it on reader threads only,
// the CLI wherever it likes.
//
// The History that a reading job is given shows one state of the log, so that all it returns fits
// together: at least what was committed before the job began. Log::history() shows the newest state
// at each call. A reader that must not run ahead of what was announced passes the versions it
// means.
//
// Thread-safe.
//
// Every call can fail: with kErrDamaged if stored bytes cannot be what was written, with kErrIo if
// the disk fails, with kErrBusy if too many reads are waiting already (errors.h). The message names
// the document. A failure never looks like an absent document or a shorter history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/record.h"

namespace cowrite::storage {

struct DocumentInfo {
  DocumentKey key;
  std::uint64_t version = 0;
  bool exists = false;
  std::uint64_t bytes = 0;      // Of the text, UTF-8.
  std::int64_t created_ms = 0;  // Time of its first record.
  std::int64_t changed_ms = 0;  // Time of its newest record.
  std::uint64_t erased = 0;     // Records before this version were erased for good.

  friend bool operator==(const DocumentInfo&, const DocumentInfo&) = default;
};

// The newest record of one source in a document.
struct SourceEntry {
  std::uint64_t sequence = 0;  // Of the submission.
  std::uint64_t version = 0;   // Of the record that holds it.

  friend bool operator==(const SourceEntry&, const SourceEntry&) = default;
};

// Of several sources each its newest record; absent of one that never wrote to the document.
using SourceEntries = std::vector<Result<std::optional<SourceEntry>>>;

// What stands at one place of the list of documents. Where its entry is damaged, there is an error
// for the document; an error without a key is about the documents that damage hides, between the
// entry before and the one behind.
struct ListEntry {
  std::optional<DocumentKey> key;
  Result<DocumentInfo> info;
};

class History {
 public:
  virtual ~History() = default;

  // Documents in key order, from `first` on, at most `count` entries with a key. Damage does not
  // end the list. A key of two empty strings is before all.
  [[nodiscard]] virtual Result<std::vector<ListEntry>> list(const DocumentKey& first,
                                                            std::size_t count) const = 0;

  // Absent if nobody ever wrote the document. A deleted one is present, with exists == false.
  [[nodiscard]] virtual Result<std::optional<DocumentInfo>> info(const DocumentKey& key) const = 0;

  // The document after `version` records; the newest if absent. Fails with kErrVersionUnknown
  // beyond the newest, with kErrErased before what was erased. Version 0, also of a document that
  // nobody wrote, is empty.
  [[nodiscard]] virtual Result<Snapshot> snapshot(const DocumentKey& key,
                                                  std::optional<std::uint64_t> version) const = 0;

  // The version of its newest checkpoint, 0 if it has none: reading the newest snapshot replays the
  // records since.
  [[nodiscard]] virtual Result<std::uint64_t> checkpoint(const DocumentKey& key) const = 0;

  // The version after all records with time <= time_ms; 0 before the first.
  [[nodiscard]] virtual Result<std::uint64_t> version_at(const DocumentKey& key,
                                                         std::int64_t time_ms) const = 0;

  // Records from <= version < to in order, as far as there are any; fewer if their record_bytes()
  // exceed bytes_max, but at least one. Fails with kErrErased where they were erased.
  [[nodiscard]] virtual Result<std::vector<Record>> records(const DocumentKey& key,
                                                            std::uint64_t from, std::uint64_t to,
                                                            std::size_t bytes_max) const = 0;

  // The newest record of each of these sources, in their order, among those before version
  // `before`, or a newer one of it. Whoever knows who wrote the records from there on spares the
  // reading of those that are not packed.
  [[nodiscard]] virtual SourceEntries sources(const DocumentKey& key,
                                              std::span<const std::string> names,
                                              std::uint64_t before) const = 0;
};

}  // namespace cowrite::storage
