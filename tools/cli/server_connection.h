// ServerConnection: asks one cowrite server, patiently: a busy one is asked again, and what takes
// long is waited for.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/http/operator_json.h"
#include "tools/cli/http_client.h"
#include "tools/cli/source.h"

namespace cowrite::cli {

class ServerConnection {
 public:
  // Told of what takes long; false gives up.
  using Progress = std::function<bool(const http::JobProgress& reached)>;

  ServerConnection(const std::string& url, FindToken find_token);

  // What the server answers, once it says 200; else its error, kErrServerUnreachable, or that there
  // is no server of ours.
  [[nodiscard]] Result<HttpReply> get(const std::string& path);
  // The same of what only the operator may ask for, or have done.
  [[nodiscard]] Result<HttpReply> get_as_operator(const std::string& path,
                                                  const Progress& progress = {});
  [[nodiscard]] Result<HttpReply> post(const std::string& path, std::string_view body = {},
                                       const Progress& progress = {});
  // As get(), whatever the status; a busy server is not asked again.
  [[nodiscard]] Result<HttpReply> get_once(const std::string& path);

  // kErrServerForeign, in words.
  [[nodiscard]] Error foreign() const;

  // The body of a reply, parsed; kErrServerForeign if it is not what it should be.
  template <typename T>
  [[nodiscard]] Result<T> read(const Result<HttpReply>& reply,
                               Result<T> (*parse)(std::string_view)) const {
    if (!reply) return reply.error();
    Result<T> answer = parse(reply->body);
    if (!answer) return foreign();
    return answer;
  }

 private:
  // An error of asking, with the server's name.
  [[nodiscard]] Error unreachable(const Error& error) const;
  using Ask = std::function<Result<HttpReply>()>;
  [[nodiscard]] Result<HttpReply> ask(const Ask& first, const std::string& token = {},
                                      const Progress& progress = {});

  std::string shown_url_;  // Without a password.
  FindToken find_token_;
  HttpClient http_;
};

}  // namespace cowrite::cli
