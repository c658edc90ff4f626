// AccessPolicy: decides by a request's Host and Origin headers whether the server answers it at
// all. Immutable.
//
// A server on loopback is within reach of every page that its user's browser shows. Two checks keep
// foreign pages out:
//
// - Host. A page can have its own name resolve to 127.0.0.1 and then has our origin (DNS
//   rebinding); but the browser still sends that name as the Host. So only IP addresses,
//   "localhost" and the configured names are served.
// - Origin. Browsers name the origin of the page that opens a WebSocket or fetches across
//   origins; a foreign origin that is not configured is refused. Requests without an Origin, as for
//   <img>, are marked with Sec-Fetch-Site; of those that come from a foreign page only navigation
//   passes, since that page cannot read the response. Programs that are not browsers send neither.
//
// Both checks hold for every path, so no spelling of a path gets around them.
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

  // http's kErrRequestMalformed for a missing or malformed Host, kErrHostForeign or
  // kErrOriginForeign, with the flag that allows it; empty if the request may be served.
  //
  // A foreign host gets 403 and not 421 (misdirected), on which a browser may try again on another
  // connection.
  [[nodiscard]] std::optional<Error> refuse(const http::Request& request) const;

  // Adds the headers without which a browser does not let a page of a configured origin read the
  // response. `origin` is what the request's Origin header says.
  void share(std::string_view origin, http::Response& response) const;

 private:
  [[nodiscard]] bool serves(const HostAndPort& host) const;
  // The refusal of the page that sent the request, if it is foreign and not configured.
  [[nodiscard]] std::optional<Error> refuse_page(const http::Request& request,
                                                 const HostAndPort& host) const;

  std::vector<std::string> hosts_;
  std::vector<Origin> origins_;
};

}  // namespace cowrite::access
