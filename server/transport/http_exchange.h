// HttpExchange: one HTTP request that waits for its response, and then for its client to read it.
//
// Belongs to the thread of its loop. Its owner may keep it longer than the connection lives.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "server/http/message.h"
#include "server/transport/output_watch.h"
#include "server/transport/protocol_writer.h"
#include "server/transport/timing.h"

namespace cowrite::transport {

class HttpExchange {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `late` is the response in place of one that does not come. `on_response` hears of the one that
  // is written, while there is a connection.
  HttpExchange(std::weak_ptr<ProtocolWriter> writer, Time now, http::Response late,
               std::function<void(const http::Response&)> on_response);

  // The first response is written; later ones, and one for a client that is gone, are forgotten.
  void respond(const http::Response& response);

  // To be called again and again while the connection is open. Responds in place of a handler
  // that is late, and drops a client that does not read its response, or too slowly.
  void sweep(Time now, const Timing& timing);

 private:
  const std::weak_ptr<ProtocolWriter> writer_;
  const http::Response late_;
  const std::function<void(const http::Response&)> on_response_;
  bool responded_ = false;
  Time last_progress_;
  std::uint64_t written_seen_ = 0;
  OutputWatch output_;
};

}  // namespace cowrite::transport
