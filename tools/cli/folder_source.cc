// A data folder as a DocumentSource, opened read-only, so also beside the server that runs on it.
#include <utility>

#include "server/limits.h"
#include "storage/read/stored_history.h"
#include "storage/store/key_value_store.h"
#include "tools/cli/source.h"

namespace cowrite::cli {
namespace {

class FolderSource final : public DocumentSource {
 public:
  explicit FolderSource(std::unique_ptr<storage::KeyValueStore> store)
      : store_(std::move(store)), history_(*store_) {}

  Result<server::DocumentPage> list(const std::string& collection, const std::string& prefix,
                                    const std::optional<std::string>& after) override {
    return server::list_documents(history_, collection, prefix, after, server::kApiDocumentsMax);
  }
  Result<storage::DocumentInfo> info(const storage::DocumentKey& key) override {
    return server::read_info(history_, key);
  }
  Result<server::VersionText> text(const storage::DocumentKey& key,
                                   const server::Place& place) override {
    return server::read_text(history_, key, place);
  }
  Result<server::RecordPage> records(const storage::DocumentKey& key,
                                     server::VersionRange range) override {
    return server::read_records(history_, key, range, server::kApiRecordsMax,
                                server::kApiRecordsBytesMax);
  }
  Result<server::BlamePage> blame(const storage::DocumentKey& key,
                                  const server::BlameRequest& request) override {
    return server::read_blame(history_, key, request);
  }
  Result<server::GroupPage> version_groups(const storage::DocumentKey& key,
                                           server::VersionRange range,
                                           std::uint64_t pause_minutes) override {
    return server::read_version_groups(history_, key,
                                       {range, pause_minutes, server::kApiGroupsMax});
  }
  Result<server::RecordPage> next_records(const storage::DocumentKey&,
                                          server::VersionRange) override {
    return Error{kErrServerNeeded,
                 "a data folder is read as it is now, only a server tells of what comes"};
  }

 private:
  std::unique_ptr<storage::KeyValueStore> store_;
  storage::StoredHistory history_;
};

}  // namespace

Result<std::unique_ptr<DocumentSource>> open_folder(const std::string& folder) {
  Result<std::unique_ptr<storage::KeyValueStore>> store =
      storage::KeyValueStore::open(folder, storage::OpenMode::kReadOnly);
  if (!store) return store.error();
  return std::unique_ptr<DocumentSource>(std::make_unique<FolderSource>(std::move(*store)));
}

}  // namespace cowrite::cli
