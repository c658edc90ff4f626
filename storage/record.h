// Record: one committed change of a document; the document is the fold of its records and nothing
// else.
//
// Version v of a document is its text after v records. The record numbered v leads from version v
// to v + 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "ot/rope/rope.h"

namespace cowrite::storage {

struct Create {
  std::string text;  // Valid UTF-8.
  friend bool operator==(const Create&, const Create&) = default;
};
struct Edit {
  ot::Operation operation;
  friend bool operator==(const Edit&, const Edit&) = default;
};
struct Delete {
  friend bool operator==(const Delete&, const Delete&) = default;
};
using Change = std::variant<Create, Edit, Delete>;

struct Record {
  std::uint64_t version = 0;   // The document's version before it.
  std::string source;          // Who sent it (source.h).
  std::uint64_t sequence = 0;  // The sender's count; (source, sequence) names the submission.
  std::string author;          // The person's name or principal; empty if unknown.
  std::int64_t time_ms = 0;    // Unix time; never decreases within a document.
  Change change;

  friend bool operator==(const Record&, const Record&) = default;
};

// About what they take in memory, for limits.
[[nodiscard]] std::size_t change_bytes(const Change& change);
[[nodiscard]] std::size_t record_bytes(const Record& record);

// A document at a version. Copying is cheap: the rope shares its nodes.
struct Snapshot {
  std::uint64_t version = 0;
  bool exists = false;       // Created and not deleted since.
  ot::Rope text;             // Empty if it does not exist.
  std::int64_t time_ms = 0;  // Of the record that made this version; 0 at version 0.
};

// Takes the snapshot one version on. REQUIRES: record.version == snapshot.version. Fails, leaving
// the snapshot as it was, if the change does not fit it (ot's error codes).
[[nodiscard]] Result<void> apply(Snapshot& snapshot, const Record& record);

}  // namespace cowrite::storage
