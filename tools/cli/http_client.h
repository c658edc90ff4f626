// HttpClient: sends one server requests, one after the other. Only its .cc includes libcurl.
//
// Goes through the proxy that the environment names, but never to this machine, and never with a
// token that the proxy could read.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "tools/cli/proxy.h"

namespace cowrite::cli {

inline constexpr std::string_view kErrHttp = "ERR_HTTP";  // No answer, or not a whole one.
// The request would show the operator's token to a proxy.
inline constexpr std::string_view kErrProxyRefused = "ERR_PROXY_REFUSED";

struct HttpReply {
  int status = 0;
  std::string body;
  // Headers, empty if absent:
  std::string version;      // Cowrite-Version
  std::string time;         // Cowrite-Time
  std::string retry_after;  // Retry-After
};

class HttpClient {
 public:
  // `base` is what stands before every path: "http://127.0.0.1:8080".
  explicit HttpClient(std::string base);
  ~HttpClient();

  // `path` may have a query. The token is shown, unless it is empty. Redirections are not followed.
  // Fails with kErrHttp and the reason, and with kErrProxyRefused.
  [[nodiscard]] Result<HttpReply> get(std::string_view path, const std::string& token = {});
  [[nodiscard]] Result<HttpReply> post(std::string_view path, std::string_view body,
                                       const std::string& token);

 private:
  struct Handle;

  [[nodiscard]] Result<HttpReply> perform(std::string_view path, std::vector<std::string> headers,
                                          const std::string& token);

  std::string base_;
  Proxy proxy_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace cowrite::cli
