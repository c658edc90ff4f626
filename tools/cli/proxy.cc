#include "tools/cli/proxy.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

namespace cowrite::cli {
namespace {

// The first of these variables that is there.
std::string environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

// The host of a URL in lower case, an IPv4 address as four numbers; empty if there is none.
std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) {
    return {};
  }
  std::string result(host);
  curl_free(host);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

// Whether a list such as "example.org, .internal" has the host or a domain above it; "*" has all.
bool is_listed(std::string_view list, std::string_view host) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", "), list.size());
    std::string_view entry = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (entry == "*") return true;
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || !host.ends_with(entry)) continue;
    if (host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.') return true;
  }
  return false;
}

}  // namespace

Proxy proxy_for(const std::string& server_url) {
  const std::string host = host_of(server_url);
  if (is_this_machine(host) || is_listed(environment({"no_proxy", "NO_PROXY"}), host)) return {};
  const bool https = server_url.starts_with("https://");
  // HTTP_PROXY in capitals is a header of somebody's request where this runs in a CGI program.
  std::string url = https ? environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                          : environment({"http_proxy", "all_proxy", "ALL_PROXY"});
  const bool reads_requests = !https && !url.empty();
  return {std::move(url), reads_requests};
}

}  // namespace cowrite::cli
