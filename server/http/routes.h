// The routes of the API: from a request to what answers it from a history.
#pragma once

#include <chrono>
#include <functional>

#include "ot/base/result.h"
#include "server/history/room.h"
#include "server/http/message.h"
#include "storage/history.h"
#include "storage/read_order.h"

namespace cowrite::http {

struct ParsedRequest {
  // kPast for what was, which may take a second where a whole history is read or texts are
  // compared; else answering takes tens of milliseconds at most.
  storage::Urgency urgency = storage::Urgency::kCatchUp;
  // The room is for what it takes while it works, and for what a response makes piece by piece.
  std::function<Response(const storage::History&, history::Room& room)> answer;

  // How long the client will wait until ready() says that there is anything new to answer.
  std::chrono::seconds wait{0};
  std::function<bool(const storage::History&)> ready = {};
};

// Fails, with an error to be answered, if the path or a parameter is wrong.
[[nodiscard]] Result<ParsedRequest> parse_request(const Request& request);

}  // namespace cowrite::http
