// A data folder as a DocumentSource, opened read-only, so also beside the server that runs on it.
#include <utility>

#include "server/history/limits.h"
#include "storage/limits.h"
#include "storage/read/latest_history.h"
#include "storage/store/rocksdb_store.h"
#include "storage/write/disk_reserve.h"
#include "tools/cli/source.h"

namespace cowrite::cli {
namespace {

class FolderSource final : public DocumentSource {
 public:
  // `owned` is the store, or nothing.
  FolderSource(const storage::Store& store, std::unique_ptr<storage::RocksDbStore> owned,
               std::string folder)
      : owned_(std::move(owned)), store_(store), folder_(std::move(folder)), history_(store_) {}

  Result<history::DocumentPage> list(const std::string& collection, const std::string& prefix,
                                     const std::optional<std::string>& after) override {
    return history::list_documents(history_, collection, prefix, after, history::kPageDocumentsMax);
  }
  Result<storage::DocumentInfo> info(const storage::DocumentKey& key) override {
    return history::read_info(history_, key);
  }
  Result<history::VersionText> text(const storage::DocumentKey& key,
                                    const storage::VersionSelector& at) override {
    return history::read_text(history_, key, at);
  }
  Result<history::RecordPage> records(const storage::DocumentKey& key,
                                      history::VersionRange range) override {
    return history::read_records(history_, key, range, history::kPageRecordsMax,
                                 history::kPageRecordsBytesMax);
  }
  Result<history::BlamePage> blame(const storage::DocumentKey& key,
                                   const history::BlameRequest& request) override {
    history::Room room;
    return history::read_blame(history_, key, request, room);
  }
  Result<history::GroupPage> version_groups(const storage::DocumentKey& key,
                                            history::VersionRange range,
                                            std::uint64_t pause_minutes) override {
    return history::read_version_groups(history_, key,
                                        {range, pause_minutes, history::kPageGroupsMax});
  }
  Result<history::RecordPage> next_records(const storage::DocumentKey&,
                                           history::VersionRange) override {
    return Error{kErrServerNeeded,
                 "a data folder is read as it is now, only a server tells of what comes"};
  }

  Result<http::HealthReport> health() override {
    return Error{kErrServerNeeded, "a data folder is neither well nor ready, only a server is"};
  }
  Result<http::HealthReport> readiness() override { return health(); }

  Result<storage::Proof> verify(const storage::DocumentKey& key,
                                const storage::VerifyProgress& progress) override {
    return storage::verify(*store_.view(), key, progress);
  }
  Result<void> verify_no_orphans() override { return storage::verify_no_orphans(*store_.view()); }
  Result<history::CollectionList> collections() override {
    history::Room room;
    return history::list_collections(history_, room);
  }
  Result<history::DocumentUse> document_use(const storage::DocumentKey& key) override {
    return history::measure_document(*store_.view(), key);
  }
  Result<history::StoreUse> store_use() override {
    const storage::DiskReserve reserve(storage::DiskReserve::of_folder(folder_),
                                       storage::kDiskReserveBytes);
    return history::StoreUse{store_.statistics(), reserve.free_bytes(), reserve.reserve_bytes()};
  }

 private:
  const std::unique_ptr<storage::RocksDbStore> owned_;
  const storage::Store& store_;
  const std::string folder_;
  const storage::LatestHistory history_;
};

}  // namespace

Result<std::unique_ptr<DocumentSource>> open_folder(const std::string& folder) {
  Result<std::unique_ptr<storage::RocksDbStore>> store =
      storage::RocksDbStore::open(folder, storage::OpenMode::kReadOnly);
  if (!store) return store.error();
  const storage::Store& opened = **store;
  return std::unique_ptr<DocumentSource>(
      std::make_unique<FolderSource>(opened, std::move(*store), folder));
}

std::unique_ptr<DocumentSource> read_folder(const storage::Store& store,
                                            const std::string& folder) {
  return std::make_unique<FolderSource>(store, nullptr, folder);
}

}  // namespace cowrite::cli
