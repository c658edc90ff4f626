// A running server as a DocumentSource, through its HTTP API (server/http/API.md).
#include <utility>

#include "server/history/limits.h"
#include "server/http/history_json.h"
#include "server/http/json.h"
#include "server/http/operator_json.h"
#include "storage/timestamp.h"
#include "tools/cli/request_path.h"
#include "tools/cli/server_connection.h"
#include "tools/cli/source.h"

namespace cowrite::cli {
namespace {

// How long the server may keep us waiting for a record: well below what the HTTP client takes for a
// broken connection.
constexpr std::uint64_t kWaitSeconds = 20;

RequestPath document_path(const storage::DocumentKey& key) {
  return RequestPath("/api/documents").document(key);
}

class ServerSource final : public DocumentSource {
 public:
  ServerSource(const std::string& url, FindToken find_token)
      : server_(url, std::move(find_token)) {}

  Result<history::DocumentPage> list(const std::string& collection, const std::string& prefix,
                                     const std::optional<std::string>& after) override {
    RequestPath path("/api/documents");
    path.with("limit", history::kPageDocumentsMax).with("collection", collection);
    if (!prefix.empty()) path.with("prefix", prefix);
    if (after) path.with("after", *after);
    Result<history::DocumentPage> page = ask(path, http::parse_documents);
    // A list that does not go on would never end.
    if (page && page->next && *page->next <= after.value_or("")) return server_.foreign();
    return page;
  }

  Result<storage::DocumentInfo> info(const storage::DocumentKey& key) override {
    return ask(document_path(key), http::parse_document);
  }

  Result<history::VersionText> text(const storage::DocumentKey& key,
                                    const storage::VersionSelector& at) override {
    Result<HttpReply> reply = server_.get(document_path(key).part("text").with(at).text());
    if (!reply) return reply.error();
    const Result<std::uint64_t> version = storage::parse_number(reply->version);
    const Result<std::int64_t> time_ms = storage::parse_time(reply->time);
    if (!version || !time_ms) return server_.foreign();
    return history::VersionText{*version, *time_ms, std::move(reply->body)};
  }

  Result<history::RecordPage> records(const storage::DocumentKey& key,
                                      history::VersionRange range) override {
    return forward(ask(document_path(key).part("records").with(range), http::parse_records),
                   range.first);
  }

  Result<history::RecordPage> next_records(const storage::DocumentKey& key,
                                           history::VersionRange range) override {
    return forward(ask(document_path(key).part("records").with(range).with("wait", kWaitSeconds),
                       http::parse_records),
                   range.first);
  }

  Result<history::BlamePage> blame(const storage::DocumentKey& key,
                                   const history::BlameRequest& request) override {
    RequestPath path = document_path(key).part("blame").with(request.at);
    path.with("pause", request.pause_minutes).with("from", request.from);
    if (request.removed == history::RemovedText::kShown) path.with("deleted", "true");
    return forward(ask(path, http::parse_blame), request.from);
  }

  Result<history::GroupPage> version_groups(const storage::DocumentKey& key,
                                            history::VersionRange range,
                                            std::uint64_t pause_minutes) override {
    RequestPath path = document_path(key).part("versions").with(range);
    path.with("limit", history::kPageGroupsMax).with("pause", pause_minutes);
    return forward(ask(path, http::parse_groups), range.first);
  }

  Result<storage::Proof> verify(const storage::DocumentKey& key,
                                const storage::VerifyProgress& progress) override {
    const RequestPath path = RequestPath("/api/operator/verify").document(key);
    const auto show = [&](const http::JobProgress& reached) { return progress(reached.records); };
    return server_.read(server_.get_as_operator(path.text(), show), http::parse_proof);
  }

  Result<void> verify_no_orphans() override {
    const Result<HttpReply> reply = server_.get_as_operator("/api/operator/verify");
    return reply ? Result<void>() : reply.error();
  }

  Result<history::CollectionList> collections() override {
    return ask_as_operator(RequestPath("/api/operator/collections"), http::parse_collections);
  }

  Result<http::HealthReport> health() override { return look("/healthz"); }
  Result<http::HealthReport> readiness() override { return look("/readyz"); }

  Result<history::DocumentUse> document_use(const storage::DocumentKey& key) override {
    return ask_as_operator(RequestPath("/api/operator/stat").document(key),
                           http::parse_document_use);
  }

  Result<history::StoreUse> store_use() override {
    return ask_as_operator(RequestPath("/api/operator/stat"), http::parse_store_use);
  }

 private:
  // It says so with 503 if it is not well, which is no reason to ask again.
  Result<http::HealthReport> look(const std::string& path) {
    return server_.read(server_.get_once(path), http::parse_health);
  }

  // A page that leads on; pages that do not would never end.
  template <typename Page>
  Result<Page> forward(Result<Page> page, std::uint64_t from) const {
    if (page && page->next && *page->next <= from) return server_.foreign();
    return page;
  }

  template <typename T>
  Result<T> ask(const RequestPath& path, Result<T> (*parse)(std::string_view)) {
    return server_.read(server_.get(path.text()), parse);
  }

  template <typename T>
  Result<T> ask_as_operator(const RequestPath& path, Result<T> (*parse)(std::string_view)) {
    return server_.read(server_.get_as_operator(path.text()), parse);
  }

  ServerConnection server_;
};

}  // namespace

std::unique_ptr<DocumentSource> open_server(const std::string& url, FindToken find_token) {
  return std::make_unique<ServerSource>(url, std::move(find_token));
}

}  // namespace cowrite::cli
