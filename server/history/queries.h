// Queries: reading documents for people and programs: lists of names, one text, a range of records.
// Errors say what is missing.
//
// The HTTP API answers with these queries on reader threads, and the command line reads a data
// folder with them, so that both say the same.
//
// Versions here are those that people see: record N is the one that made version N, so the first
// record is 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/history/errors.h"
#include "server/history/room.h"
#include "storage/history.h"
#include "storage/version_selector.h"

namespace cowrite::history {

// A document that cannot be listed; without a key, several, which damage of the list hides.
struct ListFailure {
  std::optional<storage::DocumentKey> key;
  Error error;
};

struct DocumentPage {
  std::vector<storage::DocumentInfo> documents;
  std::vector<ListFailure> damaged = {};
  std::optional<std::string> next = {};  // If there are more: those after this id.
};

struct CollectionList {
  std::vector<std::string> names;
  std::vector<ListFailure> damaged = {};  // None with a key.
};

struct VersionText {
  std::uint64_t version = 0;
  std::int64_t time_ms = 0;  // Of the record that made this version.
  std::string text;
};

// The records that made the versions from `first` to `last`, both included. A `first` of 0 stands
// for the first record that has not been erased.
struct VersionRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

struct RecordPage {
  std::vector<storage::Record> records;
  std::optional<std::uint64_t> next;  // If the range goes on: its next version.
};

// kErrVersionUnknown, in words.
[[nodiscard]] Error version_unknown(const storage::DocumentInfo& info, std::uint64_t version);

// kErrDocumentAbsent or kErrDocumentErased, in words. REQUIRES: the document does not exist in the
// snapshot.
[[nodiscard]] Error document_absent(const storage::DocumentInfo& info,
                                    const storage::Snapshot& snapshot);

// The number of the version that is meant. Fails with storage's kErrVersionUnknown.
[[nodiscard]] Result<std::uint64_t> resolve(const storage::History& history,
                                            const storage::DocumentInfo& info,
                                            const storage::VersionSelector& at);

// Documents of a collection whose ids begin with `prefix`, deleted ones too, by id, after `after`,
// at most `count`, damaged ones too.
[[nodiscard]] Result<DocumentPage> list_documents(const storage::History& history,
                                                  const std::string& collection,
                                                  const std::string& prefix,
                                                  const std::optional<std::string>& after,
                                                  std::size_t count);

// The collections that hold documents, in order, deleted documents counting too. Reads one document
// of each. Fails with kErrNoRoom.
[[nodiscard]] Result<CollectionList> list_collections(const storage::History& history, Room& room);

// Fails with kErrDocumentUnknown.
[[nodiscard]] Result<storage::DocumentInfo> read_info(const storage::History& history,
                                                      const storage::DocumentKey& key);

// Fails with kErrDocumentUnknown, kErrDocumentAbsent, kErrDocumentErased, or storage's
// kErrVersionUnknown.
[[nodiscard]] Result<storage::Snapshot> read_version(const storage::History& history,
                                                     const storage::DocumentKey& key,
                                                     const storage::VersionSelector& at);
// What was read, with a copy of the text, and the rope gone.
[[nodiscard]] Result<VersionText> copy_text(Result<storage::Snapshot> snapshot);
// Both.
[[nodiscard]] Result<VersionText> read_text(const storage::History& history,
                                            const storage::DocumentKey& key,
                                            const storage::VersionSelector& at);

// The beginning of a range of records, at most `count` and about bytes_max bytes, but always at
// least one. Versions beyond the newest are left out. Fails with kErrDocumentUnknown, and with
// kErrVersionUnknown if even the version before the range does not exist.
[[nodiscard]] Result<RecordPage> read_records(const storage::History& history,
                                              const storage::DocumentKey& key, VersionRange range,
                                              std::size_t count, std::size_t bytes_max);

}  // namespace cowrite::history
