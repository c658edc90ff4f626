// Operator: where a command that changes something does so: a running server, whose operator we can
// show to be, or a data folder that no server uses. Both do alike, errors included.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "server/http/operator_json.h"
#include "storage/record.h"
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
  [[nodiscard]] virtual Result<http::BackupDone> back_up(const std::string& folder) = 0;

  // Makes the data folder, which must hold nothing, of the newest backup. Its histories get a new
  // id. Fails with kErrFolderNeeded on a server.
  [[nodiscard]] virtual Result<void> restore_all(const std::string& backups) = 0;

  // Gives a document the text of an earlier time, by a new edit; or another, new document `as`.
  [[nodiscard]] virtual Result<http::ChangeDone> restore(const storage::DocumentKey& key,
                                                         const storage::VersionSelector& place,
                                                         const std::optional<std::string>& as,
                                                         const std::string& author) = 0;

  // Deletes a document; its history stays.
  [[nodiscard]] virtual Result<http::ChangeDone> remove(const storage::DocumentKey& key,
                                                        const std::string& author) = 0;
  // Erases the text and history of a deleted document for good.
  [[nodiscard]] virtual Result<http::ChangeDone> purge(const storage::DocumentKey& key) = 0;

  // Adds records to the document's history as they are, and returns its version. They may come to
  // be there in several steps, in order. Fails with server's kErrRecordInvalid, and with storage's
  // kErrConflict if they do not follow the newest version. REQUIRES: there are some.
  [[nodiscard]] virtual Result<std::uint64_t> append(
      const storage::DocumentKey& key, const std::vector<storage::Record>& records) = 0;
};

// An empty token is not shown.
[[nodiscard]] std::unique_ptr<Operator> operate_server(const std::string& url,
                                                       const std::string& token);

// The folder is opened when it is first used.
[[nodiscard]] std::unique_ptr<Operator> operate_folder(const std::string& folder);

}  // namespace cowrite::cli
