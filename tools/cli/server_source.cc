// A running server as a DocumentSource, through its HTTP API (server/api/API.md).
#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "server/api/json.h"
#include "server/api/url.h"
#include "storage/timestamp.h"
#include "tools/cli/http_client.h"
#include "tools/cli/source.h"

namespace cowrite::cli {
namespace {

using server::percent_encode;

// A busy server answers 503; that many times it is asked again, after the time that it names but
// not longer than this.
constexpr int kRetriesMax = 5;
constexpr int kRetryAfterSecondsMax = 5;

// How long the server may keep us waiting for a record: well below what the HTTP client takes for a
// broken connection.
constexpr int kWaitSeconds = 20;

std::chrono::seconds retry_after(const HttpReply& reply) {
  int seconds = 1;
  std::from_chars(reply.retry_after.data(), reply.retry_after.data() + reply.retry_after.size(),
                  seconds);
  return std::chrono::seconds(std::clamp(seconds, 0, kRetryAfterSecondsMax));
}

std::string document_path(const storage::DocumentKey& key) {
  return "/api/documents/" + percent_encode(key.collection) + "/" + percent_encode(key.id);
}

// "version=12", "time=...", or nothing for the newest.
std::string place_query(const server::Place& place) {
  if (const auto* at = std::get_if<server::AtVersion>(&place))
    return "version=" + std::to_string(at->version);
  if (const auto* at = std::get_if<server::AtTime>(&place))
    return "time=" + percent_encode(storage::format_time(at->time_ms));
  return {};
}

std::string range_query(server::VersionRange range) {
  return "from=" + std::to_string(range.first) + "&to=" + std::to_string(range.last);
}

class ServerSource final : public DocumentSource {
 public:
  explicit ServerSource(std::string url) : url_(std::move(url)), http_(url_) {}

  Result<server::DocumentPage> list(const std::string& collection, const std::string& prefix,
                                    const std::optional<std::string>& after) override {
    std::string path = "/api/documents?limit=1000&collection=" + percent_encode(collection);
    if (!prefix.empty()) path += "&prefix=" + percent_encode(prefix);
    if (after) path += "&after=" + percent_encode(*after);
    Result<server::DocumentPage> page = ask(path, server::parse_documents);
    // A list that does not go on would never end.
    if (page && page->next && *page->next <= after.value_or("")) return foreign();
    return page;
  }

  Result<storage::DocumentInfo> info(const storage::DocumentKey& key) override {
    return ask(document_path(key), server::parse_document);
  }

  Result<server::VersionText> text(const storage::DocumentKey& key,
                                   const server::Place& place) override {
    const std::string query = place_query(place);
    const std::string path = document_path(key) + "/text" + (query.empty() ? "" : "?" + query);
    Result<HttpReply> reply = get(path);
    if (!reply) return reply.error();
    server::VersionText text;
    const std::string& digits = reply->version;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), text.version);
    const Result<std::int64_t> time_ms = storage::parse_time(reply->time);
    if (problem != std::errc() || end != digits.data() + digits.size() || !time_ms)
      return foreign();
    text.time_ms = *time_ms;
    text.text = std::move(reply->body);
    return text;
  }

  Result<server::RecordPage> records(const storage::DocumentKey& key,
                                     server::VersionRange range) override {
    return forward(
        ask(document_path(key) + "/records?" + range_query(range), server::parse_records),
        range.first);
  }

  Result<server::RecordPage> next_records(const storage::DocumentKey& key,
                                          server::VersionRange range) override {
    return forward(ask(document_path(key) + "/records?" + range_query(range) +
                           "&wait=" + std::to_string(kWaitSeconds),
                       server::parse_records),
                   range.first);
  }

  Result<server::BlamePage> blame(const storage::DocumentKey& key,
                                  const server::BlameRequest& request) override {
    std::string path = document_path(key) +
                       "/blame?pause=" + std::to_string(request.pause_minutes) +
                       "&from=" + std::to_string(request.from);
    const std::string place = place_query(request.place);
    if (!place.empty()) path += "&" + place;
    if (request.removed == server::RemovedText::kShown) path += "&deleted=true";
    return forward(ask(path, server::parse_blame), request.from);
  }

  Result<server::GroupPage> version_groups(const storage::DocumentKey& key,
                                           server::VersionRange range,
                                           std::uint64_t pause_minutes) override {
    return forward(ask(document_path(key) + "/versions?limit=1000&" + range_query(range) +
                           "&pause=" + std::to_string(pause_minutes),
                       server::parse_groups),
                   range.first);
  }

 private:
  Error foreign() const {
    return {kErrServerForeign, url_ + ": what answers there is not a cowrite server"};
  }

  // A page that leads on; pages that do not would never end.
  template <typename Page>
  Result<Page> forward(Result<Page> page, std::uint64_t from) const {
    if (page && page->next && *page->next <= from) return foreign();
    return page;
  }

  // What the server answers to a path, once it says 200; else its error, or that there is no server
  // of ours.
  Result<HttpReply> get(const std::string& path) {
    for (int retries = 0;; ++retries) {
      Result<HttpReply> reply = http_.get(path);
      if (!reply) return Error{kErrServerUnreachable, url_ + ": " + reply.error().message};
      if (reply->status == 200) return reply;
      if (reply->status == 503 && retries < kRetriesMax) {
        std::this_thread::sleep_for(retry_after(*reply));
        continue;
      }
      std::optional<Error> error = server::parse_error(reply->body);
      return error ? *error : foreign();
    }
  }

  template <typename T>
  Result<T> ask(const std::string& path, Result<T> (*parse)(std::string_view)) {
    const Result<HttpReply> reply = get(path);
    if (!reply) return reply.error();
    Result<T> answer = parse(reply->body);
    if (!answer) return foreign();
    return answer;
  }

  std::string url_;
  HttpClient http_;
};

}  // namespace

std::unique_ptr<DocumentSource> open_server(const std::string& url) {
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  return std::make_unique<ServerSource>(std::move(base));
}

}  // namespace cowrite::cli
