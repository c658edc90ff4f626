// AccessPolicy: which requests a server answers at all, by the Host and the Origin that their
// headers name. Immutable.
//
// A server on loopback is within reach of every page that its user's browser shows. Two checks keep
// foreign pages out:
//
// - Host. A page can have its own name resolve to 127.0.0.1 and is then of one origin with us (DNS
//   rebinding); but the browser still names that host. So only IP addresses, "localhost" and the
//   names given to us are served.
// - Origin. Browsers name the origin of the page that opens a WebSocket or fetches across origins;
//   who is foreign and not listed is refused. What a browser fetches without naming it, as for
//   <img>, it marks with Sec-Fetch-Site; of that only navigation passes, since the foreign page
//   cannot read where it leads. Programs that are not browsers send neither.
//
// Both hold for every path, so no way of writing a path gets around them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/access/host_and_port.h"
#include "server/http/message.h"

namespace cowrite::access {

inline constexpr std::string_view kErrHostName = "ERR_HOST_NAME";
inline constexpr std::string_view kErrOrigin = "ERR_ORIGIN";

class AccessPolicy {
 public:
  // `hosts` are names without ports, `origins` what an Origin header says. Fails with kErrHostName
  // or kErrOrigin, naming the value.
  [[nodiscard]] static Result<AccessPolicy> make(const std::vector<std::string>& hosts,
                                                 const std::vector<std::string>& origins);

  // 400 for a missing or senseless Host, 403 for a foreign host or origin; empty if the request may
  // be served.
  //
  // A foreign host gets 403 and not 421 (misdirected), on which a browser may try again on another
  // connection.
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request& request) const;

 private:
  [[nodiscard]] bool serves(const HostAndPort& host) const;
  [[nodiscard]] bool admits(const http::Request& request, const HostAndPort& host) const;

  std::vector<std::string> hosts_;
  std::vector<Origin> origins_;
};

}  // namespace cowrite::access
