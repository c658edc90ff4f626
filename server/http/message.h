// HTTP requests and responses as plain values. The transport parses and writes them; the pages and
// the API answer them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/payer.h"

namespace cowrite::http {

inline constexpr std::string_view kReadingMethods = "GET, HEAD";

// ASCII letters only, as the names of headers, schemes and hosts have them.
[[nodiscard]] std::string to_lower(std::string_view text);

struct Request {
  std::string method;  // "GET", "POST", ...
  std::string path;    // As sent, percent-encoded, without the query: "/d/my%20notes".
  std::string query;   // As sent, without the "?".
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  // Which of the process it came on, which carries this request alone, or one WebSocket; 0 if
  // nobody counts. For the log: no client knows the number.
  std::uint64_t connection = 0;
  storage::Payer payer = {};  // Who pays for what it costs.

  // Empty if absent. A header that was sent several times is one here, its values joined by ", ".
  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
  [[nodiscard]] bool only_reads() const { return method == "GET" || method == "HEAD"; }
};

struct Response {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>>
      headers;                       // Content-Type and the rest; Content-Length is added.
  std::string_view error_code = {};  // Of the error that it tells of; to be counted, not sent.
  // Kept until the response is written or its client is gone.
  std::shared_ptr<const void> held = {};
  // In place of the body: makes a long one piece by piece as the client takes it. It appends the
  // next piece, and returns whether more follow; they have `pieces_bytes` bytes in all.
  std::function<bool(std::string& out)> next_piece = {};
  std::size_t pieces_bytes = 0;
};

// One sentence as plain text, for people and logs; not cached.
[[nodiscard]] Response plain_response(int status, std::string_view sentence);
// The same with status 405, for what can only be read.
[[nodiscard]] Response only_reads_response(std::string_view sentence);

// Answers a request, now or later, from any thread while the loop's io_context exists. Only the
// first answer counts, and only if it is in time (Timing::response) and the client is still there.
// A handler answers HEAD as it answers GET; the transport leaves out the body.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(const Request&, Respond)>;

}  // namespace cowrite::http
