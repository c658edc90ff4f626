#include "server/access/access_policy.h"

#include <algorithm>

namespace cowrite::access {

Result<AccessPolicy> AccessPolicy::make(const std::vector<std::string>& hosts,
                                        const std::vector<std::string>& origins) {
  AccessPolicy policy;
  for (const std::string& text : hosts) {
    const auto host = parse_host_and_port(text);
    if (!host || host->port) {
      return Error{kErrHostName, "\"" + text + "\" is not a host name such as example.org."};
    }
    policy.hosts_.push_back(host->host);
  }
  for (const std::string& text : origins) {
    const auto origin = parse_origin(text);
    if (!origin) {
      return Error{kErrOrigin,
                   "\"" + text + "\" is not an origin such as https://example.org:8443."};
    }
    policy.origins_.push_back(*origin);
  }
  return policy;
}

std::optional<http::Response> AccessPolicy::refuse(const http::Request& request) const {
  const std::string_view text = request.header("host");
  if (text.empty()) return http::plain_response(400, "The request names no Host.");
  const auto host = parse_host_and_port(text);
  if (!host) return http::plain_response(400, "The request's Host is not a host.");
  if (!serves(*host)) {
    return http::plain_response(
        403,
        "This server does not answer for that host; the flag --hosts names those "
        "that it answers for.");
  }
  if (!admits(request, *host)) {
    return http::plain_response(
        403,
        "This server does not answer to pages of that origin; the flag --origins "
        "names those that it answers to.");
  }
  return std::nullopt;
}

bool AccessPolicy::serves(const HostAndPort& host) const {
  return host.is_address || host.host == "localhost" ||
         std::find(hosts_.begin(), hosts_.end(), host.host) != hosts_.end();
}

bool AccessPolicy::admits(const http::Request& request, const HostAndPort& host) const {
  const std::string_view text = request.header("origin");
  if (!text.empty()) {
    const auto origin = parse_origin(text);
    return origin && (is_same_origin(*origin, host) ||
                      std::find(origins_.begin(), origins_.end(), *origin) != origins_.end());
  }
  const std::string_view site = request.header("sec-fetch-site");
  return site.empty() || site == "same-origin" || site == "none" ||
         request.header("sec-fetch-mode") == "navigate";
}

}  // namespace cowrite::access
