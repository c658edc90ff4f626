// A running server as a DocumentSource, through its HTTP API (server/http/API.md).
#include <charconv>
#include <utility>

#include "server/http/history_json.h"
#include "server/http/json.h"
#include "server/http/operator_json.h"
#include "server/http/url.h"
#include "storage/timestamp.h"
#include "tools/cli/server_connection.h"
#include "tools/cli/source.h"

namespace cowrite::cli {
namespace {

using http::percent_encode;

// How long the server may keep us waiting for a record: well below what the HTTP client takes for a
// broken connection.
constexpr int kWaitSeconds = 20;

std::string key_path(const storage::DocumentKey& key) {
  return "/" + percent_encode(key.collection()) + "/" + percent_encode(key.id());
}

std::string document_path(const storage::DocumentKey& key) {
  return "/api/documents" + key_path(key);
}

// "version=12", "time=...", or nothing for the newest.
std::string place_query(const storage::VersionSelector& place) {
  if (const auto* at = std::get_if<storage::AtVersion>(&place)) {
    return "version=" + std::to_string(at->version);
  }
  if (const auto* at = std::get_if<storage::AtTime>(&place)) {
    return "time=" + percent_encode(storage::format_time(at->time_ms));
  }
  return {};
}

std::string range_query(history::VersionRange range) {
  return "from=" + std::to_string(range.first) + "&to=" + std::to_string(range.last);
}

class ServerSource final : public DocumentSource {
 public:
  explicit ServerSource(const std::string& url) : server_(url) {}

  Result<history::DocumentPage> list(const std::string& collection, const std::string& prefix,
                                     const std::optional<std::string>& after) override {
    std::string path = "/api/documents?limit=1000&collection=" + percent_encode(collection);
    if (!prefix.empty()) path += "&prefix=" + percent_encode(prefix);
    if (after) path += "&after=" + percent_encode(*after);
    Result<history::DocumentPage> page = ask(path, http::parse_documents);
    // A list that does not go on would never end.
    if (page && page->next && *page->next <= after.value_or("")) return server_.foreign();
    return page;
  }

  Result<storage::DocumentInfo> info(const storage::DocumentKey& key) override {
    return ask(document_path(key), http::parse_document);
  }

  Result<history::VersionText> text(const storage::DocumentKey& key,
                                    const storage::VersionSelector& place) override {
    const std::string query = place_query(place);
    const std::string path = document_path(key) + "/text" + (query.empty() ? "" : "?" + query);
    Result<HttpReply> reply = server_.get(path);
    if (!reply) return reply.error();
    history::VersionText text;
    const std::string& digits = reply->version;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), text.version);
    const Result<std::int64_t> time_ms = storage::parse_time(reply->time);
    if (problem != std::errc() || end != digits.data() + digits.size() || !time_ms) {
      return server_.foreign();
    }
    text.time_ms = *time_ms;
    text.text = std::move(reply->body);
    return text;
  }

  Result<history::RecordPage> records(const storage::DocumentKey& key,
                                      history::VersionRange range) override {
    return forward(ask(document_path(key) + "/records?" + range_query(range), http::parse_records),
                   range.first);
  }

  Result<history::RecordPage> next_records(const storage::DocumentKey& key,
                                           history::VersionRange range) override {
    return forward(ask(document_path(key) + "/records?" + range_query(range) +
                           "&wait=" + std::to_string(kWaitSeconds),
                       http::parse_records),
                   range.first);
  }

  Result<history::BlamePage> blame(const storage::DocumentKey& key,
                                   const history::BlameRequest& request) override {
    std::string path = document_path(key) +
                       "/blame?pause=" + std::to_string(request.pause_minutes) +
                       "&from=" + std::to_string(request.from);
    const std::string place = place_query(request.place);
    if (!place.empty()) path += "&" + place;
    if (request.removed == history::RemovedText::kShown) path += "&deleted=true";
    return forward(ask(path, http::parse_blame), request.from);
  }

  Result<history::GroupPage> version_groups(const storage::DocumentKey& key,
                                            history::VersionRange range,
                                            std::uint64_t pause_minutes) override {
    return forward(ask(document_path(key) + "/versions?limit=1000&" + range_query(range) +
                           "&pause=" + std::to_string(pause_minutes),
                       http::parse_groups),
                   range.first);
  }

  Result<storage::Proof> verify(const storage::DocumentKey& key,
                                const storage::VerifyProgress& progress) override {
    return server_.read(server_.get("/api/operator/verify" + key_path(key), progress),
                        http::parse_proof);
  }

  Result<void> verify_no_orphans() override {
    const Result<HttpReply> reply = server_.get("/api/operator/verify");
    return reply ? Result<void>() : reply.error();
  }

  Result<std::vector<std::string>> collections() override {
    return ask("/api/operator/collections", http::parse_collections);
  }

  Result<history::DocumentUse> document_use(const storage::DocumentKey& key) override {
    return ask("/api/operator/stat" + key_path(key), http::parse_document_use);
  }

  Result<history::StoreUse> store_use() override {
    return ask("/api/operator/stat", http::parse_store_use);
  }

 private:
  // A page that leads on; pages that do not would never end.
  template <typename Page>
  Result<Page> forward(Result<Page> page, std::uint64_t from) const {
    if (page && page->next && *page->next <= from) return server_.foreign();
    return page;
  }

  template <typename T>
  Result<T> ask(const std::string& path, Result<T> (*parse)(std::string_view)) {
    return server_.read(server_.get(path), parse);
  }

  ServerConnection server_;
};

}  // namespace

std::unique_ptr<DocumentSource> open_server(const std::string& url) {
  return std::make_unique<ServerSource>(url);
}

}  // namespace cowrite::cli
