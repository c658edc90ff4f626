// StoredHistory: History read from one view of a store, so that all it returns fits together.
//
//     const std::unique_ptr<const View> view = store.view();
//     const StoredHistory history(*view);
//
// What it returns has been checked: checksums, dense versions, records that fit the text, and a
// newest version that agrees with the document's head. Else it fails with kErrDamaged, naming the
// document and the version.
#pragma once

#include "storage/format/head.h"
#include "storage/format/segment.h"
#include "storage/history.h"
#include "storage/store/view.h"

namespace cowrite::storage {

class StoredHistory final : public History {
 public:
  // REQUIRES: the view outlives it.
  explicit StoredHistory(const View& view) : view_(view) {}

  [[nodiscard]] Result<std::vector<ListEntry>> list(const DocumentKey& first,
                                                    std::size_t count) const override;
  [[nodiscard]] Result<std::optional<DocumentInfo>> info(const DocumentKey& key) const override;
  [[nodiscard]] Result<Snapshot> snapshot(const DocumentKey& key,
                                          std::optional<std::uint64_t> version) const override;
  [[nodiscard]] Result<std::uint64_t> checkpoint(const DocumentKey& key) const override;
  [[nodiscard]] Result<std::uint64_t> version_at(const DocumentKey& key,
                                                 std::int64_t time_ms) const override;
  [[nodiscard]] Result<std::vector<Record>> records(const DocumentKey& key, std::uint64_t from,
                                                    std::uint64_t to,
                                                    std::size_t bytes_max) const override;
  [[nodiscard]] SourceEntries sources(const DocumentKey& key, std::span<const std::string> names,
                                      std::uint64_t before) const override;

 private:
  [[nodiscard]] Result<Snapshot> nearest_checkpoint(const Head& head, std::uint64_t version) const;
  [[nodiscard]] Result<void> replay(DocumentNumber number, std::uint64_t to,
                                    Snapshot& snapshot) const;
  [[nodiscard]] Result<EntryExtent> extent_at(DocumentNumber number, std::uint64_t version) const;
  [[nodiscard]] Result<std::uint64_t> first_after(const DocumentKey& key, const Head& head,
                                                  const EntryExtent& extent,
                                                  std::int64_t time_ms) const;

  const View& view_;
};

}  // namespace cowrite::storage
