// History: reading what is committed, synchronously. The server calls it on reader threads only, the CLI wherever it likes.
//
// Thread-safe. Every call sees at least all that was committed before it began; a reader that must not run ahead of what was
// announced passes the versions it means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ot/result.h"
#include "storage/document_key.h"
#include "storage/record.h"

namespace cowrite::storage {

struct DocumentInfo {
  DocumentKey key;
  std::uint64_t version = 0;
  bool exists = false;
  std::uint64_t bytes = 0;       // Of the text, UTF-8.
  std::int64_t created_ms = 0;   // Time of its first record.
  std::int64_t changed_ms = 0;   // Time of its newest record.
};

struct SourceEntry {
  std::uint64_t sequence = 0;  // The last one committed.
  std::uint64_t version = 0;   // Of the record that holds it.
};

class History {
 public:
  virtual ~History() = default;

  // Documents in key order, those after `after` (all if absent), at most `count`.
  [[nodiscard]] virtual Result<std::vector<DocumentInfo>> list(const std::optional<DocumentKey>& after, std::size_t count) const = 0;

  // Absent if nobody ever wrote the document. A deleted one is there, with exists == false.
  [[nodiscard]] virtual Result<std::optional<DocumentInfo>> info(const DocumentKey& key) const = 0;

  // The document after `version` records; the newest if absent. Fails with kErrVersionUnknown beyond the newest.
  [[nodiscard]] virtual Result<Snapshot> snapshot(const DocumentKey& key, std::optional<std::uint64_t> version) const = 0;

  // The version after all records with time <= time_ms; 0 before the first.
  [[nodiscard]] virtual Result<std::uint64_t> version_at(const DocumentKey& key, std::int64_t time_ms) const = 0;

  // Records from <= version < to in order, fewer if they exceed bytes_max (but at least one if there is any).
  [[nodiscard]] virtual Result<std::vector<Record>> records(const DocumentKey& key, std::uint64_t from, std::uint64_t to,
                                                            std::size_t bytes_max) const = 0;

  // The last submission committed for `source` in this document.
  [[nodiscard]] virtual Result<std::optional<SourceEntry>> source(const DocumentKey& key, const std::string& source) const = 0;
};

}  // namespace cowrite::storage
