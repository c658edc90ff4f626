// A running server as an Operator, through its HTTP API (server/http/API.md).
#include <utility>

#include "server/http/json.h"
#include "server/http/limits.h"
#include "tools/cli/operator.h"
#include "tools/cli/request_path.h"
#include "tools/cli/server_connection.h"

namespace cowrite::cli {
namespace {

// A record of so many bytes fits into a request, even if each becomes six in JSON.
constexpr std::size_t kSurelyFits = http::kBodyBytesMax / 8;

RequestPath action_path(const storage::DocumentKey& key, std::string_view action) {
  return RequestPath("/api/operator/documents").document(key).part(action);
}

class ServerOperator final : public Operator {
 public:
  ServerOperator(const std::string& url, const FindToken& find_token)
      : server_(url, find_token), source_(open_server(url, find_token)) {}

  Result<DocumentSource*> source() override { return source_.get(); }

  Result<http::BackupDone> back_up(const std::string& folder,
                                   const storage::CopyProgress& progress) override {
    const RequestPath path = RequestPath("/api/operator/backup").with("folder", folder);
    const auto show = [&](const http::JobProgress& reached) {
      progress(reached.bytes, reached.bytes_max);
      return true;
    };
    return server_.read(server_.post(path.text(), {}, show), http::parse_backup);
  }

  Result<storage::RestoredBackup> restore_all(const std::string&, storage::DamagedDocuments,
                                              const storage::CopyProgress&) override {
    return Error{kErrFolderNeeded,
                 "all documents are restored into a new data folder, not into a "
                 "running server"};
  }

  Result<history::ChangeDone> restore(const storage::DocumentKey& key,
                                      const storage::VersionSelector& at,
                                      const std::optional<std::string>& as,
                                      const std::string& author) override {
    RequestPath path = action_path(key, "restore");
    path.with("at", storage::to_text(at)).with("author", author);
    if (as) path.with("as", *as);
    return change(path);
  }

  Result<history::ChangeDone> remove(const storage::DocumentKey& key,
                                     const std::string& author) override {
    return change(action_path(key, "delete").with("author", author));
  }

  Result<history::ChangeDone> purge(const storage::DocumentKey& key) override {
    return change(action_path(key, "purge"));
  }

  Result<void> check(const storage::DocumentKey& key,
                     const storage::Record& record) const override {
    if (storage::record_bytes(record) <= kSurelyFits) return {};
    if (http::record_json(record).size() < http::kBodyBytesMax) return {};
    return Error{http::kErrRequestFailed,
                 storage::describe(key) + ": record " + std::to_string(record.version + 1) +
                     " is larger than the server takes; import it with --data"};
  }

  Result<history::ChangeDone> append(const storage::DocumentKey& key,
                                     const std::vector<storage::Record>& records) override {
    std::string lines;
    for (const storage::Record& record : records) {
      const std::string line = http::record_json(record) + "\n";
      // What fits into one request comes whole or not at all.
      if (!lines.empty() && lines.size() + line.size() > http::kBodyBytesMax) {
        Result<history::ChangeDone> sent =
            change(action_path(key, "records"), std::exchange(lines, {}));
        if (!sent) return sent;
      }
      lines += line;
    }
    return change(action_path(key, "records"), lines);
  }

 private:
  Result<history::ChangeDone> change(const RequestPath& path, std::string_view body = {}) {
    return server_.read(server_.post(path.text(), body), http::parse_change);
  }

  ServerConnection server_;
  std::unique_ptr<DocumentSource> source_;
};

}  // namespace

std::unique_ptr<Operator> operate_server(const std::string& url, const FindToken& find_token) {
  return std::make_unique<ServerOperator>(url, find_token);
}

}  // namespace cowrite::cli
