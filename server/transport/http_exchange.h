// HttpExchange: one HTTP request that waits for its response, and then for its client to read it.
//
// Belongs to the thread of its loop. Its owner may keep it longer than the connection lives.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/http/message.h"
#include "server/transport/output.h"
#include "server/transport/output_watch.h"
#include "server/transport/protocol_writer.h"
#include "server/transport/timing.h"

namespace cowrite::transport {

class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Handler = std::function<void(const http::Response&)>;

  // `late` is the response in place of one that does not come. `on_response` hears of the one that
  // is written, while there is a connection. A response to HEAD has no body.
  HttpExchange(std::weak_ptr<ProtocolWriter> writer, std::shared_ptr<Output> output, bool is_head,
               http::Response late, Handler on_response);

  // The first response is written, and the connection ends; later ones, and one for a client that
  // is gone, are forgotten. REQUIRES: owned by a shared_ptr.
  void respond(http::Response response);

  // To be called again and again while the connection is open. Responds in place of a handler
  // that is late, and drops a client that does not read its response, or too slowly.
  void sweep(Time now, const Timing& timing);

  // What is made of the response and not read yet.
  [[nodiscard]] std::size_t queued_bytes() const { return part_.size(); }
  // Between the last two sweeps its client took nothing of that.
  [[nodiscard]] bool stalled() const { return stalled_; }
  [[nodiscard]] bool sends_long() const { return response_.next_piece != nullptr; }

 private:
  void write_part();
  void go_on();

  const std::weak_ptr<ProtocolWriter> writer_;
  const std::shared_ptr<Output> output_;
  const bool is_head_;
  http::Response late_;
  const Handler on_response_;

  bool responded_ = false;
  http::Response response_;       // What is left of it.
  std::string part_;              // That is being written.
  Output::Charge charge_;         // For that.
  std::uint64_t body_bytes_ = 0;  // Written of long bodies.

  Time last_progress_;
  std::uint64_t written_seen_ = 0;
  bool stalled_ = false;
  OutputWatch watch_;
};

}  // namespace cowrite::transport
