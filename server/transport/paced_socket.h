// PacedSocket: an accepted TCP socket that counts its bytes and whose reading can be paused.
// websocketpp offers no count of the bytes in flight and no event when they are written, and its
// own pausing can start two reads into one buffer.
//
// It has the form that asio::async_read and async_write take for a stream. Belongs to the thread of
// its loop. The caller that starts an operation keeps the socket alive until its handler ran.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "server/transport/connection_quota.h"
#include "server/transport/counts.h"

namespace cowrite::transport {

class PacedSocket {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;
  using ErrorCode = boost::system::error_code;

  // The slot is given back when the socket is closed. `after_event` is called after the handlers of
  // operations, when this may be gone. REQUIRES: the counts outlive this.
  PacedSocket(Socket socket, ConnectionQuota::Slot slot, Counts& counts,
              std::function<void()> after_event);

  executor_type get_executor() { return socket_.get_executor(); }

  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (before_read) before_read();
    socket_.async_read_some(
        buffers, [this, handler = std::decay_t<Handler>(std::forward<Handler>(handler))](
                     const ErrorCode& error, std::size_t bytes) mutable {
          bytes_read_ += bytes;
          counts_.bytes_received.add(bytes);
          if (paused_ && !error) {
            held_ = [handler = std::move(handler), bytes, after_event = after_event_]() mutable {
              handler(ErrorCode(), bytes);
              after_event();
            };
          } else {
            const std::function<void()> after_event = after_event_;
            handler(error, bytes);  // This may be gone then.
            after_event();
          }
        });
  }

  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    socket_.async_write_some(
        buffers, [this, handler = std::decay_t<Handler>(std::forward<Handler>(handler))](
                     const ErrorCode& error, std::size_t bytes) mutable {
          bytes_written_ += bytes;
          counts_.bytes_sent.add(bytes);
          if (on_written) on_written();
          const std::function<void()> after_event = is_event() ? after_event_ : nullptr;
          handler(error, bytes);  // This may be gone then.
          if (after_event) after_event();
        });
  }

  // A few bytes, while nothing else is being written.
  void write_at_once(std::string_view bytes);

  // Between these two a read completes only with an error.
  void pause_reading() { paused_ = true; }
  void resume_reading();

  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  // Taken by the kernel.
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }

  // Both end the socket. Operations under way end with an error; a read that is held while paused
  // is forgotten.
  //
  // Closes it at once: what the kernel has not sent is dropped, and the peer sees a reset.
  void abort();
  // Ends the stream after what was written, and reads and discards what the peer still sends until
  // the peer ends its stream too, or for `linger`.
  void finish(std::chrono::milliseconds linger);

  // Called before each read.
  std::function<void()> before_read;
  // Called after each write, before its handler.
  std::function<void()> on_written;

 private:
  // The end of a write takes microseconds, and there are many in a row: some together are an event.
  static constexpr std::uint64_t kWritesOfEvent = 16;
  bool is_event() { return ++counts_.writes % kWritesOfEvent == 0; }

  Socket socket_;
  ConnectionQuota::Slot slot_;
  Counts& counts_;
  const std::function<void()> after_event_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;
  bool paused_ = false;
  std::function<void()> held_;  // A read that completed while paused.
};

}  // namespace cowrite::transport
