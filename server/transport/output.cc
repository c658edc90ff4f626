#include "server/transport/output.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "server/transport/limits.h"

namespace cowrite::transport {

namespace asio = boost::asio;

// ---- Charges

Output::Charge::Charge(std::shared_ptr<Output> output, std::size_t bytes)
    : output_(std::move(output)), bytes_(bytes) {
  output_->add(bytes_);
}

Output::Charge& Output::Charge::operator=(Charge&& other) noexcept {
  release();
  output_ = std::move(other.output_);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void Output::Charge::release() {
  if (output_) output_->subtract(bytes_);
  output_ = nullptr;
}

// ---- Output

Output::Output(asio::io_context& context, std::size_t bytes_max, counting::Counter& bytes,
               std::function<void()> make_room, std::function<void()> after_event)
    : context_(context),
      bytes_max_(bytes_max),
      bytes_(bytes),
      make_room_(std::move(make_room)),
      after_event_(std::move(after_event)) {}

void Output::stop() {
  make_room_ = nullptr;
  after_event_ = nullptr;
  waiting_.clear();
  awaited_.clear();
  followed_.clear();
}

void Output::add(std::size_t bytes) {
  bytes_.add(bytes);
  if (!full() || making_room_) return;
  making_room_ = true;
  asio::post(context_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || !self->make_room_) return;
    self->making_room_ = false;
    if (self->full()) self->make_room_();
    self->after_event_();
  });
}

void Output::subtract(std::size_t bytes) {
  bytes_.subtract(bytes);
  schedule();
}

// ---- Writing

void Output::await_write(std::weak_ptr<Writer> writer, Haste haste) {
  writers(haste).push_back(std::move(writer));
  schedule_writes();
}

void Output::schedule_writes() {
  if (std::exchange(writes_scheduled_, true)) return;
  writes_scheduled_at_ = std::chrono::steady_clock::now();
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->write_some();
  });
}

// Where others' turns take long, as under a flood, those who follow get more of theirs.
void Output::write_some() {
  const auto waited = std::chrono::steady_clock::now() - writes_scheduled_at_;
  const auto due = [waited](auto time_of_each, std::size_t least, std::size_t most) {
    return std::clamp(static_cast<std::size_t>(waited / time_of_each), least, most);
  };
  writes_scheduled_ = false;
  write_first(Haste::kAwaited,
              due(kTimeOfAwaitedWrite, kAwaitedWritesAtOnceMin, kAwaitedWritesAtOnceMax));
  write_first(Haste::kFollowed,
              due(kTimeOfFollowedWrite, kFollowedWritesAtOnceMin, kFollowedWritesAtOnceMax));
  if (after_event_) after_event_();
  if (!awaited_.empty() || !followed_.empty()) schedule_writes();
}

void Output::write_first(Haste haste, std::size_t count) {
  std::deque<std::weak_ptr<Writer>>& waiting = writers(haste);
  while (count > 0 && !waiting.empty()) {
    const std::shared_ptr<Writer> writer = waiting.front().lock();
    waiting.pop_front();
    if (writer && writer->write_sent(haste)) --count;
  }
}

// ---- Long messages

void Output::await_turn(std::uint64_t written, WritePiece write) {
  waiting_.add(written, std::move(write));
  schedule();
}

// Posted each time, so that all that has come meanwhile goes first.
void Output::schedule() {
  if (scheduled_ || waiting_.empty() || full()) return;
  scheduled_ = true;
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->take_turn();
  });
}

void Output::take_turn() {
  scheduled_ = false;
  if (waiting_.empty() || full()) return;
  const WritePiece write = waiting_.take(waiting_.next().place);
  write();
  if (after_event_) after_event_();
  schedule();
}

}  // namespace cowrite::transport
