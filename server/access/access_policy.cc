#include "server/access/access_policy.h"

#include <algorithm>

#include "server/http/errors.h"

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
    if (!can_have_pages(*origin)) {
      return Error{kErrOrigin, "\"" + text +
                                   "\" is not an origin that pages can have, such as "
                                   "https://example.org:8443."};
    }
    policy.origins_.push_back(*origin);
  }
  return policy;
}

std::optional<Error> AccessPolicy::refuse(const http::Request& request) const {
  const std::string_view text = request.header("host");
  if (text.empty()) return Error{http::kErrRequestMalformed, "The request names no Host."};
  const auto host = parse_host_and_port(text);
  if (!host) return Error{http::kErrRequestMalformed, "The request's Host is not a host."};
  if (!serves(*host)) {
    return Error{http::kErrHostForeign, "This server does not answer for the host " + host->host +
                                            "; it would with --hosts " + host->host + "."};
  }
  return refuse_page(request, *host);
}

void AccessPolicy::share(std::string_view origin, http::Response& response) const {
  if (origins_.empty()) return;
  response.headers.emplace_back("Vary", "Origin");
  const auto page = parse_origin(origin);
  if (page && std::ranges::find(origins_, *page) != origins_.end()) {
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back("Access-Control-Expose-Headers",
                                  "Cowrite-Time, Cowrite-Version, Retry-After");
  }
}

bool AccessPolicy::serves(const HostAndPort& host) const {
  return host.is_address || host.host == "localhost" ||
         std::find(hosts_.begin(), hosts_.end(), host.host) != hosts_.end();
}

std::optional<Error> AccessPolicy::refuse_page(const http::Request& request,
                                               const HostAndPort& host) const {
  const std::string_view text = request.header("origin");
  if (!text.empty()) {
    const auto origin = parse_origin(text);
    if (!origin) {
      return Error{http::kErrOriginForeign,
                   "This server does not answer to pages without an origin."};
    }
    if (is_same_origin(*origin, host) || std::ranges::find(origins_, *origin) != origins_.end()) {
      return std::nullopt;
    }
    return Error{http::kErrOriginForeign,
                 "This server, asked for as " + to_string(host) +
                     ", does not answer to pages of the origin " + to_string(*origin) +
                     "; it would with --origins " + to_string(*origin) +
                     ". If the page is the server's own, the proxy before it must pass on the "
                     "browser's Host with its port."};
  }
  const std::string_view site = request.header("sec-fetch-site");
  if (site.empty() || site == "same-origin" || site == "none" ||
      request.header("sec-fetch-mode") == "navigate") {
    return std::nullopt;
  }
  return Error{http::kErrOriginForeign,
               "This server does not answer to foreign pages that do not name their origin."};
}

}  // namespace cowrite::access
