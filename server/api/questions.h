// Questions: requests understood, each with what answers it from a history.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "ot/result.h"
#include "server/transport/http.h"
#include "storage/history.h"

namespace cowrite::server {

// How long answering takes a reader thread.
enum class Effort {
  kShort,  // Tens of milliseconds at most.
  kLong,   // Maybe a second or more: it reads a whole history, or compares texts.
};

struct Question {
  Effort effort = Effort::kShort;
  std::function<HttpResponse(const storage::History&)> answer;

  // Whether there is anything new to say, and how long the asker will wait for it.
  std::function<bool(const storage::History&)> ready = {};
  std::chrono::seconds wait{0};
};

// What a request asks for. Fails with an error to be answered: the path or a parameter is wrong.
[[nodiscard]] Result<Question> understand(const HttpRequest& request);

}  // namespace cowrite::server
