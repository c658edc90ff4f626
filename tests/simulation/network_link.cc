#include "tests/simulation/network_link.h"

#include <algorithm>
#include <utility>

#include "server/session/limits.h"
#include "server/transport/limits.h"

namespace cowrite::simulation {
namespace {

// The server waits this long for a client to answer its close.
constexpr Microseconds kCloseTimeout = 5'000'000;

// One message may pass the bound before the server notices.
constexpr std::size_t kLastMessageBytes = std::size_t{4} << 20;

}  // namespace

NetworkLink::NetworkLink(Timeline& timeline, Random& random, Trace& trace, Oracle& oracle,
                         std::string client, ClientEnd end)
    : timeline_(timeline),
      random_(random),
      trace_(trace),
      oracle_(oracle),
      client_(std::move(client)),
      end_(std::move(end)) {}

void NetworkLink::in_order(Microseconds& last, Microseconds delay, std::function<void()> work) {
  last = std::max(last, timeline_.now() + delay);
  timeline_.at(last, [self = shared_from_this(), work = std::move(work)] { work(); });
}

// ---- From the client to the server

void NetworkLink::send_up(std::string text) {
  if (!client_listens_) return;
  trace_.note(client_, ">", text);
  ++sent_up_;
  in_order(last_up_, random_.between(0, conditions.latency_max),
           [this, text = std::move(text)] { arrive(text); });
}

void NetworkLink::arrive(const std::string& text) {
  if (arrived_up_++ >= lost_up_from_ || !events_ || closing_) return;
  if (!client_listens_) trace_.note(client_, "(gone) >", text);
  if (paused_) {
    held_.push_back(text);
  } else {
    const auto events = events_;
    events->on_message(text);
  }
}

void NetworkLink::resume_reading() {
  paused_ = false;
  timeline_.after(0, [self = shared_from_this()] {
    while (!self->paused_ && !self->held_.empty() && self->events_ && !self->closing_) {
      const std::string text = std::move(self->held_.front());
      self->held_.pop_front();
      const auto events = self->events_;
      events->on_message(text);
    }
  });
}

void NetworkLink::hang_up() {
  if (!client_listens_) return;
  trace_.note(client_, "hangs up");
  client_listens_ = false;
  if (random_.one_in(2)) lost_up_from_ = arrived_up_ + random_.below(sent_up_ - arrived_up_ + 1);
  tell_server_of_end(conditions.half_open_max);
}

void NetworkLink::tell_server_of_end(Microseconds delay_max) {
  in_order(last_up_, random_.between(0, delay_max), [this] {
    const auto events = std::exchange(events_, nullptr);
    held_.clear();
    queue_.clear();
    queued_bytes_ = 0;
    if (events) events->on_close();
  });
}

// ---- From the server to the client

void NetworkLink::opened() {
  in_order(last_down_, random_.between(0, conditions.latency_max), [this] {
    if (client_listens_) end_.on_open();
  });
}

void NetworkLink::accepted(std::shared_ptr<transport::ConnectionEvents> events) {
  events_ = std::move(events);
}

void NetworkLink::send(const transport::SharedOutbound& outbound, transport::Haste) {
  if (closing_) return;
  if (queued_bytes_ > session::kSendQueueBytesMax + kLastMessageBytes) {
    oracle_.breach("bounds", client_ + " is sent more than may wait for it");
  }
  queue({outbound, outbound->bytes * conditions.weight});
}

void NetworkLink::send_long(std::unique_ptr<transport::LongText> message) {
  if (closing_) return;
  queue({.long_message = std::move(message)});
  awaits_drained_ = true;
}

bool NetworkLink::await_drained() {
  if (queue_.empty()) return false;
  awaits_drained_ = true;
  return true;
}

void NetworkLink::queue(Queued queued) {
  queue_.push_back(std::move(queued));
  queued_bytes_ += queue_.back().bytes;
  was_above_low_ = was_above_low_ || queued_bytes_ > transport::kDrainedBytes;
  if (reading_) return;
  reading_ = true;
  timeline_.after(random_.between(0, conditions.read_pause_max),
                  [self = shared_from_this()] { self->read_one(); });
}

// The kernel takes what the client has made room for.
void NetworkLink::read_one() {
  reading_ = false;
  if (queue_.empty()) return;
  const Queued next = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= next.bytes;
  if (next.long_message) {
    std::string message;
    while (next.long_message->next(message)) {
    }
    carry_down(message);
  } else {
    for (const std::string& message : next.outbound->messages) carry_down(message);
  }
  if (!queue_.empty()) {
    reading_ = true;
    timeline_.after(random_.between(0, conditions.read_pause_max),
                    [self = shared_from_this()] { self->read_one(); });
  } else if (closing_) {
    tell_client_of_end(conditions.latency_max);
  }
  tell_if_drained();
}

void NetworkLink::tell_if_drained() {
  const bool drained = awaits_drained_
                           ? queue_.empty()
                           : was_above_low_ && queued_bytes_ <= transport::kDrainedBytes;
  if (!drained || !events_ || closing_) return;
  was_above_low_ = awaits_drained_ = false;
  const auto events = events_;
  events->on_drained();
}

void NetworkLink::carry_down(const std::string& text) {
  in_order(last_down_, random_.between(0, conditions.latency_max), [this, text] {
    if (!client_listens_) return;
    trace_.note(client_, "<", text);
    end_.on_message(text);
  });
}

void NetworkLink::tell_client_of_end(Microseconds delay_max) {
  in_order(last_down_, random_.between(0, delay_max), [this] {
    if (!std::exchange(client_listens_, false)) return;
    trace_.note(client_, "is cut off");
    end_.on_close();
  });
}

void NetworkLink::close(transport::CloseCode, std::string_view) {
  if (closing_ || !events_) return;
  trace_.note(client_, "is closed by the server");
  closing_ = true;
  if (queue_.empty()) tell_client_of_end(conditions.latency_max);
  timeline_.after(random_.between(0, kCloseTimeout), [self = shared_from_this()] {
    self->queue_.clear();
    self->queued_bytes_ = 0;
    self->tell_client_of_end(0);
    self->tell_server_of_end(0);
  });
}

void NetworkLink::terminate() {
  if (!events_) return;
  trace_.note(client_, "is dropped by the server");
  closing_ = true;
  queue_.clear();
  queued_bytes_ = 0;
  tell_client_of_end(conditions.latency_max);
  tell_server_of_end(0);
}

void NetworkLink::lose_server() {
  events_ = nullptr;
  queue_.clear();
  queued_bytes_ = 0;
  held_.clear();
  tell_client_of_end(conditions.half_open_max);
}

}  // namespace cowrite::simulation
