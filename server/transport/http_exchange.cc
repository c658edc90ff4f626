#include "server/transport/http_exchange.h"

#include <boost/asio/write.hpp>
#include <exception>
#include <utility>

#include "server/transport/limits.h"

namespace cowrite::transport {

namespace asio = boost::asio;

HttpExchange::HttpExchange(std::weak_ptr<ProtocolWriter> writer, std::shared_ptr<Output> output,
                           bool is_head, http::Response late, Handler on_response)
    : writer_(std::move(writer)),
      output_(std::move(output)),
      is_head_(is_head),
      late_(std::move(late)),
      on_response_(std::move(on_response)),
      last_progress_(std::chrono::steady_clock::now()) {}

void HttpExchange::respond(http::Response response) {
  const auto writer = writer_.lock();
  if (!writer || responded_) return;
  responded_ = true;
  last_progress_ = std::chrono::steady_clock::now();
  on_response_(response);
  part_ = writer->head_of(response);
  if (is_head_) {
    response.next_piece = nullptr;
  } else {
    part_ += std::exchange(response.body, {});
  }
  response_ = std::move(response);
  write_part();
}

void HttpExchange::write_part() {
  const auto writer = writer_.lock();
  if (!writer) return;
  charge_ = output_->charge(part_.size());
  asio::async_write(
      writer->paced_socket(), asio::buffer(part_),
      [self = shared_from_this(), writer](const PacedSocket::ErrorCode& error, std::size_t) {
        if (error) return writer->drop();
        self->go_on();
      });
}

// With the next piece, when it is its turn; or to the end.
void HttpExchange::go_on() {
  charge_ = {};
  part_.clear();
  const auto writer = writer_.lock();
  if (!writer) return;
  if (!response_.next_piece) return writer->end();
  output_->await_turn(body_bytes_, [self = shared_from_this()] {
    if (!self->response_.next_piece(self->part_)) self->response_.next_piece = nullptr;
    self->body_bytes_ += self->part_.size();
    self->write_part();
  });
}

void HttpExchange::sweep(Time now, const Timing& timing) {
  const auto writer = writer_.lock();
  if (!writer) return;
  const std::uint64_t written = writer->paced_socket().bytes_written();
  const std::uint64_t taken = written - std::exchange(written_seen_, written);
  const bool awaits_turn = responded_ && part_.empty();
  if (taken > 0 || awaits_turn) last_progress_ = now;
  stalled_ = taken < (sends_long() ? kLongTextBytesPerSweep : 1) && !part_.empty();
  const auto silence = now - last_progress_;
  if (!responded_ && silence >= timing.response) {
    respond(std::move(late_));
  } else if (responded_ && (silence >= timing.ping_timeout ||
                            watch_.is_stalled(now, written,
                                              part_.empty() ? OutputWatch::Queue::kEmpty
                                                            : OutputWatch::Queue::kWaiting,
                                              timing))) {
    writer->drop();
  }
}

}  // namespace cowrite::transport
