// PacedSocket: an accepted TCP socket that counts its bytes, whose reading can be paused, and which
// passes on what it has read when it is its payer's turn, as its Intake allows. websocketpp offers
// no count of the bytes in flight and no event when they are written, and its own pausing can start
// two reads into one buffer.
//
// It has the form that asio::async_read and async_write take for a stream. Belongs to the thread of
// its loop. The caller that starts an operation keeps the socket alive until its handler ran.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/loop/fair_turns.h"
#include "server/transport/connection_quota.h"
#include "server/transport/counts.h"
#include "server/transport/input_budget.h"
#include "server/transport/intake.h"
#include "server/transport/limits.h"

namespace cowrite::transport {

class PacedSocket {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;
  using ErrorCode = boost::system::error_code;

  // What is passed on takes turns, whose costs are nanoseconds. The slot is given back when the
  // socket is closed. `after_event` is called after the handlers of operations, when this may be
  // gone. REQUIRES: the counts outlive this.
  PacedSocket(Socket socket, ConnectionQuota::Slot slot, Counts& counts,
              std::shared_ptr<loop::FairTurns> turns, std::shared_ptr<InputBudget> budget,
              std::function<void()> after_event);
  PacedSocket(const PacedSocket&) = delete;
  PacedSocket& operator=(const PacedSocket&) = delete;

  // Who pays. To be called before anything is read.
  void set_payer(storage::Payer payer) {
    payer_ = payer;
    intake_.set_payer(payer);
  }

  // This, too, is given back when the socket is closed.
  void hold(ConnectionQuota::Slot slot) {
    using Both = std::pair<ConnectionQuota::Slot, ConnectionQuota::Slot>;
    slot_ = std::make_shared<Both>(std::move(slot_), std::move(slot));
  }

  executor_type get_executor() { return socket_.get_executor(); }

  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (before_read) before_read();
    read(*boost::asio::buffer_sequence_begin(buffers),
         std::decay_t<Handler>(std::forward<Handler>(handler)));
  }

  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    socket_.async_write_some(
        buffers, [this, handler = std::decay_t<Handler>(std::forward<Handler>(handler))](
                     const ErrorCode& error, std::size_t bytes) mutable {
          bytes_written_ += bytes;
          counts_.bytes_sent.add(bytes);
          run(
              [&] {
                if (on_written) on_written();
                handler(error, bytes);
              },
              is_event() ? Turn::kOver : Turn::kGoesOn);
        });
  }

  // A few bytes, while nothing else is being written.
  void write_at_once(std::string_view bytes);

  // Between these two a read completes only with an error.
  void pause_reading() { paused_ = true; }
  void resume_reading();
  // Whether the peer's bytes wait for one of them, for their turn, or for room.
  [[nodiscard]] bool holds_reading() const { return paused_ || awaits_turn_ || intake_.waits(); }
  // Whether something was read that has not been passed on.
  [[nodiscard]] bool has_more() const { return held_ || awaits_turn_ || !rest_.empty(); }
  // What it passes on.
  [[nodiscard]] Intake& intake() { return intake_; }

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

  // Called before each read, and when there is room for what could not be passed on.
  std::function<void()> before_read;
  // Called after each write, before its handler.
  std::function<void()> on_written;
  // The stream may begin with a preamble. Called when it is known, with the client that it names;
  // false if this client is refused. Then the read ends with an error.
  std::function<bool(const std::optional<boost::asio::ip::address>& client)> on_preamble;
  // A handler has thrown, as where memory ran out: to end this connection, and no other.
  std::function<void()> on_failure;

 private:
  using Clock = std::chrono::steady_clock;
  // What one turn may cost its payer: more is the machine's doing, which had others to run.
  static constexpr std::chrono::nanoseconds kCostMax = std::chrono::milliseconds{20};

  // The end of a write takes microseconds, and there are many in a row: some together are an event.
  static constexpr std::uint64_t kWritesOfEvent = 16;
  bool is_event() { return ++counts_.writes % kWritesOfEvent == 0; }

  // Reads, or takes what was read and not passed on.
  template <typename Handler>
  void read(boost::asio::mutable_buffer buffer, Handler handler) {
    if (!rest_.empty()) {
      const std::size_t bytes = boost::asio::buffer_copy(buffer, boost::asio::buffer(rest_));
      rest_.erase(0, bytes);
      boost::asio::post(get_executor(),
                        [this, buffer, bytes, handler = std::move(handler)]() mutable {
                          offer(handler, buffer, bytes);
                        });
      return;
    }
    socket_.async_read_some(boost::asio::mutable_buffers_1(buffer),
                            [this, buffer, handler = std::move(handler)](
                                const ErrorCode& error, std::size_t bytes) mutable {
                              bytes_read_ += bytes;
                              counts_.bytes_received.add(bytes);
                              if (error) {
                                run([&] { handler(error, bytes); }, Turn::kOver);
                              } else {
                                offer(handler, buffer, bytes);
                              }
                            });
  }

  // Passes on what was read when it is the payer's turn.
  template <typename Handler>
  void offer(Handler& handler, boost::asio::mutable_buffer buffer, std::size_t bytes) {
    if (!socket_.is_open()) {
      return run([&] { handler(boost::asio::error::operation_aborted, 0); }, Turn::kOver);
    }
    // The handler may be all that keeps this and the turns, once the socket is closed.
    const std::shared_ptr<loop::FairTurns> turns = turns_;
    const std::function<void()> after_event = after_event_;
    bool done = true;
    awaits_turn_ = true;
    try {
      done = turns->take(
          payer_,
          [this, handler = std::move(handler), buffer, bytes]() mutable {
            const auto began = Clock::now();
            pass_on(handler, buffer, bytes);
            return static_cast<std::size_t>(std::min(Clock::now() - began, kCostMax).count());
          },
          intake_.is_head() ? kNsOfHead : bytes * kNsOfByte);
    } catch (const std::exception&) {
      fail();
    }
    if (done && after_event) after_event();
  }

  // Or holds it.
  template <typename Handler>
  void pass_on(Handler& handler, boost::asio::mutable_buffer buffer, std::size_t bytes) {
    awaits_turn_ = false;
    run(
        [&] {
          if (!socket_.is_open()) return handler(boost::asio::error::operation_aborted, 0);
          const std::string_view data(static_cast<const char*>(buffer.data()), bytes);
          if (on_preamble) {
            if (!take_preamble(data)) return handler(boost::asio::error::operation_aborted, 0);
            return read(buffer, std::move(handler));
          }
          const std::size_t passed = paused_ ? 0 : intake_.pass(data);
          if (passed == 0) {
            held_ = [this, handler = std::move(handler), buffer, bytes]() mutable {
              offer(handler, buffer, bytes);
            };
            return;
          }
          rest_.insert(0, data.substr(passed));
          handler(ErrorCode(), passed);
        },
        Turn::kGoesOn);
  }

  // Takes what may be a preamble off the stream; false if it is refused.
  bool take_preamble(std::string_view data);

  // The handler that `work` calls keeps this alive until it returns, and no longer.
  enum class Turn : std::uint8_t { kOver, kGoesOn };
  template <typename Work>
  void run(Work work, Turn turn) {
    const std::function<void()> after_event = turn == Turn::kOver ? after_event_ : nullptr;
    try {
      work();
    } catch (const std::exception&) {
      fail();
    }
    if (after_event) after_event();
  }
  void fail();
  void go_on();

  Socket socket_;
  ConnectionQuota::Slot slot_;
  Counts& counts_;
  const std::shared_ptr<loop::FairTurns> turns_;
  const std::function<void()> after_event_;
  storage::Payer payer_ = {};
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;
  Intake intake_;
  bool paused_ = false;
  bool awaits_turn_ = false;    // Something was read, and waits for it.
  std::function<void()> held_;  // A read whose bytes may not be passed on yet.
  std::string rest_;            // Of the last read, after what was passed on.
  std::string preamble_;        // While it is not whole.
};

}  // namespace cowrite::transport
