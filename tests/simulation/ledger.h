// Ledger: what is durable, and so the truth of a run: every document's records, and its text at
// every version. It outlives the server's crashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/history.h"
#include "storage/operation_log.h"
#include "storage/record.h"

namespace cowrite::simulation {

using storage::DocumentKey;

class Ledger final : public storage::History {
 public:
  struct Book {
    std::vector<storage::Record> records;
    std::vector<storage::Snapshot> versions{1};  // One more than records.
    std::uint64_t packed = 0;
    std::map<std::string, storage::SourceEntry> index;  // Of the records below `packed`.
    std::uint64_t checkpoint = 0;

    [[nodiscard]] std::uint64_t version() const { return records.size(); }
    [[nodiscard]] const storage::Snapshot& newest() const { return versions.back(); }
  };

  // The document's book; an empty one if nobody ever wrote it.
  [[nodiscard]] const Book& book(const DocumentKey& key) const;
  [[nodiscard]] const std::map<DocumentKey, Book>& books() const { return books_; }

  // Adds the batch, or says which of the server's promises to the log it breaks.
  // REQUIRES: the document is at append.expected_version.
  [[nodiscard]] std::optional<std::string> add(const storage::Append& append);
  // REQUIRES: the document has that many records.
  void pack(const DocumentKey& key, std::uint64_t version);
  void add_checkpoint(const DocumentKey& key, const storage::Snapshot& snapshot);

  // ---- storage::History. Records come in small portions, as if each were large.

  [[nodiscard]] Result<std::vector<storage::ListEntry>> list(const DocumentKey& first,
                                                             std::size_t count) const override;
  [[nodiscard]] Result<std::optional<storage::DocumentInfo>> info(
      const DocumentKey& key) const override;
  [[nodiscard]] Result<storage::Snapshot> snapshot(
      const DocumentKey& key, std::optional<std::uint64_t> version) const override;
  [[nodiscard]] Result<std::uint64_t> checkpoint(const DocumentKey& key) const override;
  [[nodiscard]] Result<std::uint64_t> version_at(const DocumentKey& key,
                                                 std::int64_t time_ms) const override;
  [[nodiscard]] Result<std::vector<storage::Record>> records(const DocumentKey& key,
                                                             std::uint64_t from, std::uint64_t to,
                                                             std::size_t bytes_max) const override;
  [[nodiscard]] storage::SourceEntries sources(const DocumentKey& key,
                                               std::span<const std::string> names,
                                               std::uint64_t before) const override;

 private:
  std::map<DocumentKey, Book> books_;
};

}  // namespace cowrite::simulation
