// The routes of the API: from a request to what answers it from a history.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "storage/history.h"

namespace cowrite::http {

// How long answering takes a reader thread.
enum class Effort : std::uint8_t {
  kShort,  // Tens of milliseconds at most.
  kLong,   // A second or more: it reads a whole history, or compares texts.
};

struct ParsedRequest {
  Effort effort = Effort::kShort;
  std::function<Response(const storage::History&)> answer;

  // How long the client will wait until ready() says that there is anything new to answer.
  std::chrono::seconds wait{0};
  std::function<bool(const storage::History&)> ready = {};
};

// Fails, with an error to be answered, if the path or a parameter is wrong.
[[nodiscard]] Result<ParsedRequest> parse_request(const Request& request);

}  // namespace cowrite::http
