// A running server as an Operator, through its HTTP API (server/http/API.md).
#include <utility>

#include "server/http/json.h"
#include "server/http/limits.h"
#include "server/http/url.h"
#include "storage/timestamp.h"
#include "tools/cli/operator.h"
#include "tools/cli/server_connection.h"

namespace cowrite::cli {
namespace {

using http::percent_encode;

// Records go to the server in requests of about this size.
constexpr std::size_t kRequestBytes = std::size_t{1} << 20;

std::string place_text(const storage::VersionSelector& place) {
  if (const auto* at = std::get_if<storage::AtVersion>(&place)) return std::to_string(at->version);
  return storage::format_time(std::get<storage::AtTime>(place).time_ms);
}

class ServerOperator final : public Operator {
 public:
  ServerOperator(const std::string& url, const std::string& token)
      : server_(url, token), source_(open_server(url)) {}

  Result<DocumentSource*> source() override { return source_.get(); }

  Result<http::BackupDone> back_up(const std::string& folder) override {
    return server_.read(server_.post("/api/operator/backup?folder=" + percent_encode(folder)),
                        http::parse_backup);
  }

  Result<void> restore_all(const std::string&) override {
    return Error{kErrFolderNeeded,
                 "all documents are restored into a new data folder, not into a "
                 "running server"};
  }

  Result<http::ChangeDone> restore(const storage::DocumentKey& key,
                                   const storage::VersionSelector& place,
                                   const std::optional<std::string>& as,
                                   const std::string& author) override {
    std::string path = document_path(key, "restore") + "?at=" + percent_encode(place_text(place)) +
                       "&author=" + percent_encode(author);
    if (as) path += "&as=" + percent_encode(*as);
    return server_.read(server_.post(path), http::parse_change);
  }

  Result<http::ChangeDone> remove(const storage::DocumentKey& key,
                                  const std::string& author) override {
    return server_.read(
        server_.post(document_path(key, "delete") + "?author=" + percent_encode(author)),
        http::parse_change);
  }

  Result<http::ChangeDone> purge(const storage::DocumentKey& key) override {
    return server_.read(server_.post(document_path(key, "purge")), http::parse_change);
  }

  Result<std::uint64_t> append(const storage::DocumentKey& key,
                               const std::vector<storage::Record>& records) override {
    std::string lines;
    for (const storage::Record& record : records) {
      const std::string line = http::record_json(record) + "\n";
      if (line.size() > http::kBodyBytesMax) {
        return Error{http::kErrRequestFailed,
                     storage::describe(key) + ": record " + std::to_string(record.version + 1) +
                         " is larger than the server takes; import it with --data"};
      }
      if (!lines.empty() && lines.size() + line.size() > kRequestBytes) {
        Result<std::uint64_t> sent = send(key, std::exchange(lines, {}));
        if (!sent) return sent;
      }
      lines += line;
    }
    return send(key, lines);
  }

 private:
  static std::string document_path(const storage::DocumentKey& key, std::string_view action) {
    return "/api/operator/documents/" + percent_encode(key.collection()) + "/" +
           percent_encode(key.id()) + "/" + std::string(action);
  }

  Result<std::uint64_t> send(const storage::DocumentKey& key, const std::string& lines) {
    const Result<http::ChangeDone> done =
        server_.read(server_.post(document_path(key, "records"), lines), http::parse_change);
    if (!done) return done.error();
    return done->version;
  }

  ServerConnection server_;
  std::unique_ptr<DocumentSource> source_;
};

}  // namespace

std::unique_ptr<Operator> operate_server(const std::string& url, const std::string& token) {
  return std::make_unique<ServerOperator>(url, token);
}

}  // namespace cowrite::cli
