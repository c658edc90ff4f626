#include "server/transport/web_socket.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "ot/base/utf8.h"
#include "server/transport/limits.h"

namespace cowrite::transport {

namespace asio = boost::asio;

namespace {
// RFC 6455, section 5.5: a control frame has at most 125 bytes, two of them the code.
constexpr std::size_t kCloseReasonBytesMax = 123;

class GrantedRoom final : public MessageRoom {
 public:
  explicit GrantedRoom(InputBudget::Grant grant) : grant_(std::move(grant)) {}
  void grow_to(std::size_t bytes) override { grant_.grow_to(bytes); }

 private:
  InputBudget::Grant grant_;
};

void count_close(CloseCode code, Counts& counts) {
  switch (code) {
    case CloseCode::kUnsupportedData:
    case CloseCode::kInvalidData:
    case CloseCode::kTooBig:
      return counts.closed_invalid.add();
    case CloseCode::kTooSlow:
      return counts.closed_slow.add();
    case CloseCode::kServiceRestart:
      return counts.closed_restart.add();
    case CloseCode::kTryAgainLater:
      return counts.closed_overload.add();
  }
}

}  // namespace

WebSocket::WebSocket(asio::io_context& context, ProtocolWriter& writer, Counts& counts,
                     std::shared_ptr<Output> output)
    : context_(context),
      writer_(&writer),
      counts_(counts),
      output_(std::move(output)),
      handshake_bytes_(writer.paced_socket().bytes_written()),
      heartbeat_(std::chrono::steady_clock::now()) {
  writer.paced_socket().on_written = [this] { written(); };
}

void WebSocket::send(const SharedOutbound& outbound, Haste haste) {
  if (writer_ == nullptr || closing_ || outbound->messages.empty()) return;
  counts_.messages_sent.add(outbound->messages.size());
  const Frames frames = writer_->frame(*outbound);
  if (!long_message_) return await_write(frames, haste);
  waiting_bytes_ += frames.bytes + kQueuedMessageBytes;
  waiting_.emplace_back(frames);
  count_queued();
}

void WebSocket::await_write(const Frames& frames, Haste haste) {
  queued(frames.bytes);
  sent_.push_back(frames);
  if (haste == Haste::kFollowed && has_awaited_turn_) return;  // That one comes first.
  if (!std::exchange(has_turn(haste), true)) output_->await_write(weak_from_this(), haste);
}

bool WebSocket::write_sent(Haste haste) {
  has_turn(haste) = false;
  if (writer_ == nullptr || sent_.empty()) return false;
  write_all_sent();
  return true;
}

void WebSocket::write_all_sent() {
  try {
    for (const Frames& frames : std::exchange(sent_, {})) (void)writer_->write_frames(frames);
  } catch (const std::exception&) {  // No memory for it.
    terminate();
  }
}

// ---- Long messages

void WebSocket::send_long(std::unique_ptr<LongText> message) {
  if (writer_ == nullptr || closing_) return;
  counts_.messages_sent.add();
  waiting_.emplace_back(std::move(message));
  if (!long_message_) send_waiting();
  static_cast<void>(await_drained());
}

bool WebSocket::await_drained() {
  if (queued_bytes() == 0 && !long_message_) return false;
  draining_ = true;
  drained_mark_ = kPieceMarkBytes;
  return true;
}

void WebSocket::send_waiting() {
  while (!long_message_ && !waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    if (auto* const message = std::get_if<std::unique_ptr<LongText>>(&next)) {
      long_message_ = std::move(*message);
      piece_bytes_ = 0;
      await_piece();
    } else {
      const Frames& frames = std::get<Frames>(next);
      waiting_bytes_ -= frames.bytes + kQueuedMessageBytes;
      queued(writer_->write_frames(frames));
    }
  }
}

// One piece is queued at a time: the kernel holds enough to keep the connection busy meanwhile.
void WebSocket::await_piece() {
  if (!long_message_ || awaits_piece_ || queued_bytes() > waiting_bytes_ + kPieceMarkBytes) return;
  awaits_piece_ = true;
  const bool is_ready = long_message_->prepare([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->await_turn();
  });
  if (is_ready) await_turn();
}

void WebSocket::await_turn() {
  output_->await_turn(piece_bytes_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->write_piece();
  });
}

void WebSocket::write_piece() {
  awaits_piece_ = false;
  if (writer_ == nullptr || closing_) return;
  std::string piece;
  const bool first = piece_bytes_ == 0;
  const bool last = !long_message_->next(piece);
  write_all_sent();
  if (last) long_message_ = nullptr;
  piece_bytes_ += piece.size();
  queued(writer_->write_fragment(std::move(piece), {first, last}));
  if (last) {
    send_waiting();
  } else {
    await_piece();
  }
}

// ---- The end

void WebSocket::close(CloseCode code, std::string_view reason) {
  if (writer_ == nullptr || closing_) return;
  closing_ = true;
  write_all_sent();
  forget_waiting();
  count_close(code, counts_);
  const std::size_t bytes = std::min(reason.size(), kCloseReasonBytesMax);
  writer_->write_close(code,
                       std::string(reason.substr(0, ot::utf8::floor_boundary(reason, bytes))));
  writer_->paced_socket().resume_reading();  // For the peer's close frame.
}

void WebSocket::terminate() {
  closing_ = true;
  asio::post(context_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->writer_ != nullptr) self->writer_->drop();
  });
}

// ---- What is queued

std::uint64_t WebSocket::written_bytes() const {
  return writer_->paced_socket().bytes_written() - handshake_bytes_;
}

std::size_t WebSocket::queued_bytes() const {
  if (writer_ == nullptr) return 0;
  // A close frame is written, but not counted before.
  return waiting_bytes_ + queued_messages_.count() * kQueuedMessageBytes +
         static_cast<std::size_t>(queued_end_ - std::min(queued_end_, written_bytes()));
}

void WebSocket::queued(std::size_t bytes) {
  if (bytes == 0) return;
  queued_end_ += bytes;
  queued_messages_.add(queued_end_);
  if (queued_bytes() > kDrainedBytes) draining_ = true;
  count_queued();
}

void WebSocket::forget_waiting() {
  long_message_ = nullptr;
  waiting_.clear();
  waiting_bytes_ = 0;
  count_queued();
}

void WebSocket::count_queued() {
  const std::size_t bytes = queued_bytes();
  counts_.queued_bytes.add(bytes - std::exchange(counted_bytes_, bytes));  // Wraps if it is less.
}

template <typename Event>
void WebSocket::tell(Event event) {
  const auto events = events_;
  if (closing_ || events == nullptr) return;
  try {
    event(*events);
  } catch (const std::exception&) {
    terminate();
  }
}

void WebSocket::written() {
  queued_messages_.written(written_bytes());
  count_queued();
  answer_ping();
  await_piece();
  if (!draining_ || long_message_ || queued_bytes() > drained_mark_) return;
  draining_ = false;
  drained_mark_ = kDrainedBytes;
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->tell([](ConnectionEvents& events) { events.on_drained(); });
    }
  });
}

// ---- What comes

void WebSocket::pause_reading() {
  paused_ = true;
  if (writer_ != nullptr && !closing_) writer_->paced_socket().pause_reading();
}

void WebSocket::resume_reading() {
  paused_ = false;
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->deliver_held();
  });
}

void WebSocket::deliver_held() {
  while (!paused_ && !held_.empty()) {
    Held held = std::move(held_.front());
    held_.pop_front();
    deliver(held.text, std::move(held.room));
  }
  if (!paused_ && writer_ != nullptr) writer_->paced_socket().resume_reading();
}

void WebSocket::deliver(std::string_view text, InputBudget::Grant room) {
  room_in_hand_ = std::move(room);
  tell([text](ConnectionEvents& events) { events.on_message(text); });
  room_in_hand_.give_back();
}

std::shared_ptr<MessageRoom> WebSocket::take_room() {
  if (room_in_hand_.bytes() == 0) return nullptr;
  return std::make_shared<GrantedRoom>(std::move(room_in_hand_));
}

void WebSocket::receive(std::string text, InputBudget::Grant room) {
  counts_.messages_received.add();
  if (!ot::utf8::is_valid(text)) return close(CloseCode::kInvalidData, "A message is not UTF-8.");
  if (paused_ || !held_.empty()) {
    held_.push_back({std::move(text), std::move(room)});
  } else {
    deliver(text, std::move(room));
  }
}

void WebSocket::refuse_message(CloseCode code, std::string_view reason) {
  if (writer_ == nullptr) return;
  writer_->paced_socket().intake().stop();
  close(code, reason);
}

void WebSocket::receive_ping(const std::string& payload) {
  newest_ping_ = payload;
  answer_ping();
}

// A client that sends pings and does not read gets a short queue of answers.
void WebSocket::answer_ping() {
  if (writer_ == nullptr || !newest_ping_) return;
  while (!pong_ends_.empty() && pong_ends_.front() <= written_bytes()) pong_ends_.pop_front();
  if (pong_ends_.size() == kPongsWaitingMax) return;
  write_all_sent();
  queued(writer_->write_pong(*std::exchange(newest_ping_, std::nullopt)));
  pong_ends_.push_back(queued_end_);
}

void WebSocket::sweep(Heartbeat::Time now, const Timing& timing) {
  if (writer_ == nullptr) return;
  const std::uint64_t written = written_bytes();
  const std::uint64_t least = sends_long() ? kLongTextBytesPerSweep : 1;
  stalled_ = written - std::exchange(written_seen_, written) < least && queued_bytes() > 0;
  const auto queue = queued_bytes() > 0 ? OutputWatch::Queue::kWaiting : OutputWatch::Queue::kEmpty;
  if (watch_.is_stalled(now, written, queue, timing)) return give_up();
  if (writer_->paced_socket().holds_reading()) return heartbeat_.suspend(now);
  switch (heartbeat_.check(now, {writer_->paced_socket().bytes_read(), written_bytes()}, timing)) {
    case Heartbeat::Verdict::kFine:
      return;
    case Heartbeat::Verdict::kPing:
      write_all_sent();
      queued(writer_->write_ping());
      return heartbeat_.pinged(now, queued_end_);
    case Heartbeat::Verdict::kGone:
      return give_up();
  }
}

void WebSocket::give_up() {
  if (!closing_) counts_.dropped_unresponsive.add();
  terminate();
}

std::shared_ptr<ConnectionEvents> WebSocket::end() {
  if (writer_ != nullptr) writer_->paced_socket().on_written = nullptr;
  writer_ = nullptr;
  sent_.clear();
  forget_waiting();
  held_.clear();
  return std::exchange(events_, nullptr);
}

}  // namespace cowrite::transport
