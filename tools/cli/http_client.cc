#include "tools/cli/http_client.h"

#include <curl/curl.h>

#include <utility>

#include "ot/base/check.h"

namespace cowrite::cli {
namespace {

constexpr long kConnectTimeoutMs = 5'000;

// A server that sends less than this many bytes a second, for so long, is not going to finish.
constexpr long kSlowBytesPerSecond = 1;
constexpr long kSlowSeconds = 30;

// The largest document in JSON is well below it.
constexpr std::size_t kBodyBytesMax = std::size_t{256} << 20;

std::size_t append_body(char* data, std::size_t size, std::size_t count, void* body) {
  std::string& bytes = *static_cast<std::string*>(body);
  if (bytes.size() + size * count > kBodyBytesMax) return 0;  // Fewer than given: curl gives up.
  bytes.append(data, size * count);
  return size * count;
}

std::string header_value(CURL* curl, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
  return header->value;
}

}  // namespace

struct HttpClient::Handle {
  Handle() : curl(curl_easy_init()) { CHECK(curl != nullptr); }
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  CURL* curl;
};

HttpClient::HttpClient(std::string base)
    : base_(std::move(base)), proxy_(proxy_for(base_)), handle_(std::make_unique<Handle>()) {}
HttpClient::~HttpClient() = default;

Result<HttpReply> HttpClient::get(std::string_view path, const std::string& token) {
  curl_easy_reset(handle_->curl);
  return perform(path, {"Accept: application/json, */*"}, token);
}

Result<HttpReply> HttpClient::post(std::string_view path, std::string_view body,
                                   const std::string& token) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data() == nullptr ? "" : body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  // Our server does not say 100-continue, which curl would wait for.
  return perform(path, {"Expect:", "Content-Type: application/octet-stream"}, token);
}

Result<HttpReply> HttpClient::perform(std::string_view path, std::vector<std::string> headers,
                                      const std::string& token) {
  if (!token.empty() && proxy_.reads_requests) {
    return Error{kErrProxyRefused, without_password(base_) +
                                       ": the operator's token would go through the proxy " +
                                       without_password(proxy_.url) + ", which could read it"};
  }
  if (!token.empty()) headers.push_back("Authorization: Bearer " + token);
  CURL* curl = handle_->curl;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list(nullptr, &curl_slist_free_all);
  for (const std::string& header : headers) {
    list.reset(curl_slist_append(list.release(), header.c_str()));
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  HttpReply reply;
  const std::string url = base_ + std::string(path);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  if (proxy_.url.empty()) curl_easy_setopt(curl, CURLOPT_PROXY, "");  // Nor one that curl finds.
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "cowrite/" COWRITE_VERSION);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowBytesPerSecond);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSlowSeconds);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    const std::string through =
        proxy_.url.empty() ? "" : ", through the proxy " + without_password(proxy_.url);
    return Error{kErrHttp, curl_easy_strerror(code) + through};
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  reply.version = header_value(curl, "Cowrite-Version");
  reply.time = header_value(curl, "Cowrite-Time");
  reply.retry_after = header_value(curl, "Retry-After");
  return reply;
}

}  // namespace cowrite::cli
