// WebSocket: the Connection of one client that came through the handshake. It counts what is
// queued, writes long messages piece by piece, holds back messages while reading is paused, answers
// pings and sends its own. The ProtocolWriter below it knows how frames are written.
//
// Belongs to the thread of its loop. The server tells it what arrives, and of the end; its owner
// may keep it longer.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/transport/connection.h"
#include "server/transport/counts.h"
#include "server/transport/heartbeat.h"
#include "server/transport/input_budget.h"
#include "server/transport/limits.h"
#include "server/transport/output.h"
#include "server/transport/output_watch.h"
#include "server/transport/protocol_writer.h"
#include "server/transport/queued_messages.h"
#include "server/transport/timing.h"

namespace cowrite::transport {

class WebSocket final : public Connection,
                        public Output::Writer,
                        public std::enable_shared_from_this<WebSocket> {
 public:
  // The writer and the counts live at least until end() is called. REQUIRES: owned by a shared_ptr.
  WebSocket(boost::asio::io_context& context, ProtocolWriter& writer, Counts& counts,
            std::shared_ptr<Output> output);

  void send(const SharedOutbound& outbound, Haste haste) override;
  void send_long(std::unique_ptr<LongText> message) override;
  [[nodiscard]] bool await_drained() override;
  void close(CloseCode code, std::string_view reason) override;
  void terminate() override;
  [[nodiscard]] std::size_t queued_bytes() const override;
  [[nodiscard]] std::shared_ptr<MessageRoom> take_room() override;
  void pause_reading() override;
  void resume_reading() override;

  // ---- For the server

  void set_events(std::shared_ptr<ConnectionEvents> events) { events_ = std::move(events); }
  // The room that the text holds is given back when it is delivered, unless its receiver takes it.
  void receive(std::string text, InputBudget::Grant room);
  bool write_sent(Haste haste) override;
  void receive_ping(const std::string& payload);
  // A message exceeds its maximum, does not arrive, or keeps room that others wait for.
  void refuse_message(CloseCode code, std::string_view reason);
  // To be called again and again: pings a silent client, and drops one that does not answer or does
  // not take what is queued.
  void sweep(Heartbeat::Time now, const Timing& timing);
  // Between the last two sweeps something was queued, and the client took nothing, or hardly
  // anything of a long text.
  [[nodiscard]] bool stalled() const { return stalled_; }
  [[nodiscard]] bool sends_long() const { return long_message_ != nullptr; }
  // The connection is gone. Returns the events whose on_close() is to be called, or null.
  std::shared_ptr<ConnectionEvents> end();

 private:
  [[nodiscard]] std::uint64_t written_bytes() const;
  void await_write(const Frames& frames, Haste haste);
  [[nodiscard]] bool& has_turn(Haste haste) {
    return haste == Haste::kAwaited ? has_awaited_turn_ : has_followed_turn_;
  }
  void write_all_sent();
  void queued(std::size_t bytes);
  void count_queued();
  void forget_waiting();
  void answer_ping();
  void written();
  // Goes on with what waits: up to the next long message, and with that when it is its turn.
  void send_waiting();
  void await_piece();
  void await_turn();
  void write_piece();
  // Calls an event. An owner that throws loses the connection, nothing more.
  template <typename Event>
  void tell(Event event);
  void deliver(std::string_view text, InputBudget::Grant room);
  void deliver_held();
  void give_up();

  boost::asio::io_context& context_;
  ProtocolWriter* writer_;  // Null when the connection is gone.
  Counts& counts_;
  const std::shared_ptr<Output> output_;
  std::shared_ptr<ConnectionEvents> events_;
  bool closing_ = false;  // The owner hears of nothing more but the end.
  bool paused_ = false;

  // The long message that is on its way, and what was sent since.
  std::unique_ptr<LongText> long_message_;
  std::uint64_t piece_bytes_ = 0;  // Of it, so far.
  bool awaits_piece_ = false;      // Or its turn to write it.
  // What was sent before it, and waits for its turn to be written; counted as queued.
  std::vector<Frames> sent_;
  bool has_awaited_turn_ = false;   // Of those whose clients wait.
  bool has_followed_turn_ = false;  // Of the others.
  std::deque<std::variant<Frames, std::unique_ptr<LongText>>> waiting_;
  std::size_t waiting_bytes_ = 0;

  // Messages that arrived in one read with the one at which reading was paused.
  struct Held {
    std::string text;
    InputBudget::Grant room;
  };
  std::deque<Held> held_;
  InputBudget::Grant room_in_hand_;  // Of the message that is being delivered.

  // Counted in bytes of the stream after the handshake.
  const std::uint64_t handshake_bytes_;
  std::uint64_t queued_end_ = 0;
  QueuedMessages queued_messages_;
  std::deque<std::uint64_t> pong_ends_;     // Of the answers to pings that are not written.
  std::optional<std::string> newest_ping_;  // Not answered yet.
  bool draining_ = false;
  std::size_t drained_mark_ = kDrainedBytes;  // Of queued bytes: then it is drained.
  std::uint64_t written_seen_ = 0;            // At the last sweep.
  bool stalled_ = false;
  std::size_t counted_bytes_ = 0;  // That queued_bytes of the counts has of this.
  Heartbeat heartbeat_;
  OutputWatch watch_;
};

}  // namespace cowrite::transport
