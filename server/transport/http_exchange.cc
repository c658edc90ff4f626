#include "server/transport/http_exchange.h"

#include <utility>

namespace cowrite::transport {

HttpExchange::HttpExchange(std::weak_ptr<ProtocolWriter> writer, Time now, http::Response late,
                           std::function<void(const http::Response&)> on_response)
    : writer_(std::move(writer)),
      late_(std::move(late)),
      on_response_(std::move(on_response)),
      last_progress_(now) {}

void HttpExchange::respond(const http::Response& response) {
  const auto writer = writer_.lock();
  if (!writer || responded_) return;
  responded_ = true;
  last_progress_ = std::chrono::steady_clock::now();
  on_response_(response);
  writer->write_response(response);
}

void HttpExchange::sweep(Time now, const Timing& timing) {
  const auto writer = writer_.lock();
  if (!writer) return;
  const std::uint64_t written = writer->paced_socket().bytes_written();
  if (std::exchange(written_seen_, written) != written) last_progress_ = now;
  const auto silence = now - last_progress_;
  if (!responded_ && silence >= timing.response) {
    respond(late_);
  } else if (responded_ &&
             (silence >= timing.ping_timeout ||
              output_.is_stalled(now, written, OutputWatch::Queue::kWaiting, timing))) {
    writer->drop();
  }
}

}  // namespace cowrite::transport
