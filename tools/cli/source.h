// DocumentSource: where a command reads documents: a running server, or a data folder. Both answer
// alike, errors included.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/blame.h"
#include "server/history/disk_use.h"
#include "server/history/queries.h"
#include "server/history/version_groups.h"
#include "server/http/health.h"
#include "storage/history.h"
#include "storage/read/verify.h"

namespace cowrite::cli {

inline constexpr std::string_view kErrServerUnreachable = "ERR_SERVER_UNREACHABLE";
// Something that is no cowrite server answers there.
inline constexpr std::string_view kErrServerForeign = "ERR_SERVER_FOREIGN";
// A data folder does not tell of records that are committed from now on.
inline constexpr std::string_view kErrServerNeeded = "ERR_SERVER_NEEDED";

class DocumentSource {
 public:
  virtual ~DocumentSource() = default;

  // The calls are those of server/history/queries.h; the pages are as large as the source likes.
  [[nodiscard]] virtual Result<history::DocumentPage> list(
      const std::string& collection, const std::string& prefix,
      const std::optional<std::string>& after) = 0;
  [[nodiscard]] virtual Result<storage::DocumentInfo> info(const storage::DocumentKey& key) = 0;
  [[nodiscard]] virtual Result<history::VersionText> text(const storage::DocumentKey& key,
                                                          const storage::VersionSelector& at) = 0;
  [[nodiscard]] virtual Result<history::RecordPage> records(const storage::DocumentKey& key,
                                                            history::VersionRange range) = 0;
  [[nodiscard]] virtual Result<history::BlamePage> blame(const storage::DocumentKey& key,
                                                         const history::BlameRequest& request) = 0;
  [[nodiscard]] virtual Result<history::GroupPage> version_groups(const storage::DocumentKey& key,
                                                                  history::VersionRange range,
                                                                  std::uint64_t pause_minutes) = 0;

  // As records(), but where the next record is yet to come, it waits for it, and returns an empty
  // page after a while. Fails with kErrServerNeeded where there is no server.
  [[nodiscard]] virtual Result<history::RecordPage> next_records(const storage::DocumentKey& key,
                                                                 history::VersionRange range) = 0;

  // storage/read/verify.h
  [[nodiscard]] virtual Result<storage::Proof> verify(const storage::DocumentKey& key,
                                                      const storage::VerifyProgress& progress) = 0;
  [[nodiscard]] virtual Result<void> verify_no_orphans() = 0;
  // Those that hold documents, in order.
  [[nodiscard]] virtual Result<history::CollectionList> collections() = 0;

  // server/http/health.h, of the server. Fails with kErrServerNeeded where there is none.
  [[nodiscard]] virtual Result<http::HealthReport> health() = 0;
  [[nodiscard]] virtual Result<http::HealthReport> readiness() = 0;

  // server/history/disk_use.h
  [[nodiscard]] virtual Result<history::DocumentUse> document_use(
      const storage::DocumentKey& key) = 0;
  [[nodiscard]] virtual Result<history::StoreUse> store_use() = 0;
};

// Finds the operator's token. An empty one is not shown.
using FindToken = std::function<Result<std::string>()>;

// Asks the HTTP API of the server at `url`, "http://127.0.0.1:8080". The first call finds out if
// there is one. The token is looked for when something is asked that only the operator may: proofs,
// figures and collections.
[[nodiscard]] std::unique_ptr<DocumentSource> open_server(const std::string& url,
                                                          FindToken find_token);

// Reads a data folder, beside a server that is running on it too. Changes nothing in it.
[[nodiscard]] Result<std::unique_ptr<DocumentSource>> open_folder(const std::string& folder);

// The same of a folder that is open already. REQUIRES: the store outlives it.
[[nodiscard]] std::unique_ptr<DocumentSource> read_folder(const storage::Store& store,
                                                          const std::string& folder);

}  // namespace cowrite::cli
