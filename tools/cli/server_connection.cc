#include "tools/cli/server_connection.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "server/http/json.h"
#include "server/http/operator_json.h"
#include "server/http/url.h"
#include "storage/errors.h"
#include "storage/version_selector.h"
#include "tools/cli/source.h"

namespace cowrite::cli {
namespace {

// A busy server answers 503. It is asked again this many times, each after the seconds that it
// names, or one second, but not longer than this.
constexpr int kRetriesMax = 5;
constexpr std::uint64_t kRetryAfterSecondsMax = 5;

std::chrono::seconds retry_after(const HttpReply& reply) {
  const Result<std::uint64_t> seconds = storage::parse_number(reply.retry_after);
  return std::chrono::seconds(seconds ? std::min(*seconds, kRetryAfterSecondsMax) : 1);
}

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

ServerConnection::ServerConnection(const std::string& url, FindToken find_token)
    : shown_url_(without_password(without_slashes(url))),
      find_token_(std::move(find_token)),
      http_(without_slashes(url)) {}

Result<HttpReply> ServerConnection::get(const std::string& path) {
  return ask([&] { return http_.get(path); });
}

Result<HttpReply> ServerConnection::get_as_operator(const std::string& path,
                                                    const Progress& progress) {
  const Result<std::string> token = find_token_();
  if (!token) return token.error();
  return ask([&] { return http_.get(path, *token); }, *token, progress);
}

Result<HttpReply> ServerConnection::post(const std::string& path, std::string_view body,
                                         const Progress& progress) {
  const Result<std::string> token = find_token_();
  if (!token) return token.error();
  return ask([&] { return http_.post(path, body, *token); }, *token, progress);
}

Result<HttpReply> ServerConnection::get_once(const std::string& path) {
  Result<HttpReply> reply = http_.get(path);
  return reply ? std::move(reply) : unreachable(reply.error());
}

Error ServerConnection::unreachable(const Error& error) const {
  if (error.code == kErrProxyRefused) return error;
  return {kErrServerUnreachable, shown_url_ + ": " + error.message};
}

Error ServerConnection::foreign() const {
  return {kErrServerForeign, shown_url_ + ": what answers there is not a cowrite server"};
}

Result<HttpReply> ServerConnection::ask(const Ask& first, const std::string& token,
                                        const Progress& progress) {
  Ask next = first;
  for (int retries = 0;;) {
    Result<HttpReply> reply = next();
    if (!reply) return unreachable(reply.error());
    if (reply->status == 200) return reply;
    if (reply->status == 503 && retries++ < kRetriesMax) {
      std::this_thread::sleep_for(retry_after(*reply));
    } else if (reply->status == 202) {
      const Result<http::JobReport> job = http::parse_job(reply->body);
      if (!job) return foreign();
      if (progress && !progress(job->reached)) return Error{storage::kErrBusy, "given up"};
      next = [this, &token, path = "/api/operator/jobs/" + http::percent_encode(job->id)] {
        return http_.get(path, token);
      };
    } else {
      std::optional<Error> error = http::parse_error(reply->body);
      return error ? *error : foreign();
    }
  }
}

}  // namespace cowrite::cli
