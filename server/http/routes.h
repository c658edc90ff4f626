// Questions: requests understood, each with what answers it from a history.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "ot/base/result.h"
#include "server/http/message.h"
#include "storage/history.h"

namespace cowrite::http {

// How long answering takes a reader thread.
enum class Effort {
  kShort,  // Tens of milliseconds at most.
  kLong,   // Maybe a second or more: it reads a whole history, or compares texts.
};

struct ParsedRequest {
  Effort effort = Effort::kShort;
  std::function<Response(const storage::History&)> answer;

  // Whether there is anything new to say, and how long the asker will wait for it.
  std::function<bool(const storage::History&)> ready = {};
  std::chrono::seconds wait{0};
};

// What a request asks for. Fails with an error to be answered: the path or a parameter is wrong.
[[nodiscard]] Result<ParsedRequest> parse_request(const Request& request);

}  // namespace cowrite::http
