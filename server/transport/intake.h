// Intake: what of a client's bytes may be passed on to be put together. It passes the head of the
// request first, alone; then, as there is room in the budget, its body or the frames of its
// messages.
//
// Belongs to the thread of its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "server/transport/arrival_watch.h"
#include "server/transport/frame_meter.h"
#include "server/transport/input_budget.h"
#include "server/transport/limits.h"
#include "server/transport/timing.h"

namespace cowrite::transport {

class Intake {
 public:
  explicit Intake(std::shared_ptr<InputBudget> budget) : budget_(std::move(budget)) {}
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // Who pays. To be called before anything is asked of the budget.
  void set_payer(storage::Payer payer) { payer_ = payer; }

  // How many of the client's next bytes may be passed on; those that may not come again. None while
  // the client waits for room, until `on_room`, and none after stop().
  [[nodiscard]] std::size_t pass(std::string_view bytes);

  // Whether there is room for a body of so many bytes; if not, `on_room` tells when.
  [[nodiscard]] bool admit_body(std::uint64_t bytes);
  // What comes next belongs to the head.
  [[nodiscard]] bool is_head() const { return part_ == Part::kHead; }
  // What follows are the frames of a WebSocket.
  void begin_frames() { part_ = Part::kFrames; }
  // What the message that has just become whole holds.
  [[nodiscard]] InputBudget::Grant take_grant() { return std::exchange(grant_, {}); }
  // Nothing more of what comes is wanted.
  void stop();

  // ---- While messages arrive

  // To be called again and again.
  void look(ArrivalWatch::Time now, ArrivalWatch::Reading reading) {
    watch_.look(now, meter_, waits() ? ArrivalWatch::Reading::kHeld : reading);
  }
  [[nodiscard]] bool is_late(const Timing& timing) const {
    return !stopped_ && watch_.is_late(timing);
  }
  [[nodiscard]] bool is_stalled(const Timing& timing) const {
    return !stopped_ && watch_.is_stalled(timing);
  }
  [[nodiscard]] bool is_stopped() const { return stopped_; }
  [[nodiscard]] bool waits() const { return place_ != nullptr; }
  // The bytes of the budget that it has.
  [[nodiscard]] std::uint64_t holds() const { return grant_.bytes(); }

  std::function<void()> on_room;
  // A message exceeds kMessageBytesMax; stop() was called.
  std::function<void()> on_too_big;

 private:
  enum class Part : std::uint8_t { kHead, kBody, kFrames };

  std::size_t pass_head(std::string_view bytes);
  std::size_t pass_frames(std::string_view bytes);
  [[nodiscard]] std::uint64_t room() const {
    return grant_.bytes() > 0 ? grant_.bytes() : kMessageBytesFree;
  }
  // Whether there is room for so many bytes in all; if not, it waits for it.
  bool ask(std::uint64_t bytes);

  const std::shared_ptr<InputBudget> budget_;
  storage::Payer payer_ = {};
  Part part_ = Part::kHead;
  bool stopped_ = false;
  std::size_t matched_ = 2;  // Of the blank line that ends a head; one may begin with it.
  FrameMeter meter_;
  ArrivalWatch watch_;
  InputBudget::Grant grant_;
  InputBudget::Place place_;
};

}  // namespace cowrite::transport
