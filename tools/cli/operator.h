// Operator: where a command makes its changes: through a running server, to which it shows the
// operator's token, or in a data folder that no server uses. Both behave alike, errors included.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/changes.h"
#include "server/http/operator_json.h"
#include "storage/record.h"
#include "storage/restore_backup.h"
#include "tools/cli/source.h"

namespace cowrite::cli {

// A running server's documents are not replaced all at once.
inline constexpr std::string_view kErrFolderNeeded = "ERR_FOLDER_NEEDED";

class Operator {
 public:
  virtual ~Operator() = default;

  // The documents as they are now. Lives as long as this.
  [[nodiscard]] virtual Result<DocumentSource*> source() = 0;

  // Adds a backup to a folder on the host of the data. REQUIRES: the path is absolute.
  [[nodiscard]] virtual Result<http::BackupDone> back_up(const std::string& folder,
                                                         const storage::CopyProgress& progress) = 0;

  // storage/restore_backup.h, into the data folder. Fails with kErrFolderNeeded on a server.
  [[nodiscard]] virtual Result<storage::RestoredBackup> restore_all(
      const std::string& backups, storage::DamagedDocuments damaged,
      const storage::CopyProgress& progress) = 0;

  // server/history/changes.h
  //
  // Gives a document the text of an earlier version; with `as`, makes another document of it.
  [[nodiscard]] virtual Result<history::ChangeDone> restore(const storage::DocumentKey& key,
                                                            const storage::VersionSelector& at,
                                                            const std::optional<std::string>& as,
                                                            const std::string& author) = 0;

  [[nodiscard]] virtual Result<history::ChangeDone> remove(const storage::DocumentKey& key,
                                                           const std::string& author) = 0;
  [[nodiscard]] virtual Result<history::ChangeDone> purge(const storage::DocumentKey& key) = 0;

  // Whether append() can take the record, which is asked of all before the first is appended.
  [[nodiscard]] virtual Result<void> check(const storage::DocumentKey& key,
                                           const storage::Record& record) const = 0;
  // A server takes many records in several steps, in order. REQUIRES: there are some, and they were
  // checked.
  [[nodiscard]] virtual Result<history::ChangeDone> append(
      const storage::DocumentKey& key, const std::vector<storage::Record>& records) = 0;
};

[[nodiscard]] std::unique_ptr<Operator> operate_server(const std::string& url,
                                                       const FindToken& find_token);

// Told the version of the older format that a folder had until it was opened for writing.
using Upgraded = std::function<void(std::uint64_t from)>;

// The folder is opened when it is first used; changes are made at now_ms.
[[nodiscard]] std::unique_ptr<Operator> operate_folder(const std::string& folder,
                                                       std::int64_t now_ms, Upgraded upgraded);

}  // namespace cowrite::cli
