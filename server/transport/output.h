// Output: what the connections of one loop have yet to write, taken together.
//
// It counts the bytes that are held for it, each once, however many connections share them. Beyond
// a bound nothing more of long messages is made, and connections are dropped until there is room:
// those whose clients do not read before those that do, and of both the ones with the most.
//
// What connections are sent is written when it is their turn, all that one has in one write. Those
// whose clients wait for an answer have their turns before those that only hear of what others do.
//
// Long messages are made piece by piece, one piece of one connection a turn. The connection whose
// message has had the least goes first (storage/least_first.h), so that a short text is there soon
// however many long ones are on their way.
//
// Belongs to the thread of its loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "server/transport/connection.h"
#include "storage/counting/counter.h"
#include "storage/least_first.h"

namespace cowrite::transport {

class Output : public std::enable_shared_from_this<Output> {
 public:
  // Counts bytes as long as it lives.
  class Charge {
   public:
    Charge() = default;
    Charge(std::shared_ptr<Output> output, std::size_t bytes);
    Charge(Charge&& other) noexcept
        : output_(std::move(other.output_)), bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept;
    ~Charge() { release(); }

   private:
    void release();

    std::shared_ptr<Output> output_;
    std::size_t bytes_ = 0;
  };

  // A connection that has something to write.
  class Writer {
   public:
    virtual ~Writer() = default;
    // It is its turn of this kind; everything that it has goes in one write. False if it has
    // nothing, as after a turn of the other kind.
    virtual bool write_sent(Haste haste) = 0;
  };

  // Makes the next piece of a message, and queues it.
  using WritePiece = std::function<void()>;

  // `make_room` is called, in a turn of its own, when bytes() exceeds `bytes_max`; `after_event`
  // after each turn. REQUIRES: `bytes` outlives this.
  Output(boost::asio::io_context& context, std::size_t bytes_max, counting::Counter& bytes,
         std::function<void()> make_room, std::function<void()> after_event);

  // Nothing more is called.
  void stop();

  [[nodiscard]] std::size_t bytes() const { return bytes_.value(); }
  [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }
  [[nodiscard]] bool full() const { return bytes() > bytes_max_; }

  // REQUIRES: owned by a shared_ptr.
  [[nodiscard]] Charge charge(std::size_t bytes) { return {shared_from_this(), bytes}; }

  // Calls write_sent() when it is the writer's turn, unless it is gone by then. REQUIRES: it awaits
  // none of this kind.
  void await_write(std::weak_ptr<Writer> writer, Haste haste);

  // Calls `write` when it is the turn of a message of which so many bytes are written.
  void await_turn(std::uint64_t written, WritePiece write);

 private:
  void add(std::size_t bytes);
  void subtract(std::size_t bytes);
  void schedule_writes();
  void write_some();
  void write_first(Haste haste, std::size_t count);
  [[nodiscard]] std::deque<std::weak_ptr<Writer>>& writers(Haste haste) {
    return haste == Haste::kAwaited ? awaited_ : followed_;
  }
  void schedule();
  void take_turn();

  boost::asio::io_context& context_;
  const std::size_t bytes_max_;
  counting::Counter& bytes_;
  std::function<void()> make_room_;
  std::function<void()> after_event_;
  bool making_room_ = false;  // It is scheduled.

  std::deque<std::weak_ptr<Writer>> awaited_;
  std::deque<std::weak_ptr<Writer>> followed_;
  bool writes_scheduled_ = false;
  std::chrono::steady_clock::time_point writes_scheduled_at_;

  storage::LeastFirst<WritePiece> waiting_;  // By the bytes that are written of their messages.
  bool scheduled_ = false;                   // A turn is.
};

}  // namespace cowrite::transport
