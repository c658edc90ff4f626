// FairTurns: what clients have one loop do, such as taking in what was read, or passing requests
// on. It is done at once as long as there is little of it, and is free then. Else it is done in
// turns, a slice of it in each, so that others have theirs in between, and those clients go first
// whose payers have used least of these (storage/fair_queue.h); what one payer has asked for keeps
// its order. Payers that ask for nothing for a while are soon taken to have used nothing: who types
// at times is before those who always want more, however many they are.
//
// Pure; belongs to one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include "storage/fair_queue.h"
#include "storage/payer.h"

namespace cowrite::loop {

class FairTurns {
 public:
  // Returns what it has cost.
  using Work = std::function<std::size_t()>;
  using Post = std::function<void(std::function<void()>)>;
  // Holds back all that comes while who is to do the rest of it has enough to do: it waits here,
  // where the payers have their turns, and not there behind everybody.
  struct Hold {
    std::function<bool()> is_held;
    Post post_later;  // As `post`, a while later, to look again.
  };

  // A turn costs `slice`, and the rest of what was done last. `post` has a function called in
  // another turn, while this is there. REQUIRES: slice > 0.
  FairTurns(std::size_t slice, Post post, Hold hold = {})
      : slice_(slice), left_(slice), post_(std::move(post)), hold_(std::move(hold)) {}

  // Does it now, or in a later turn; true if it is done. `work` is as Work, and will cost about
  // `estimate`: nothing is known of it if that is 0.
  template <typename DoWork>
  bool take(storage::Payer payer, DoWork work, std::size_t estimate = 0) {
    if (left_ == 0 || !waiting_.empty() || is_held()) {
      waiting_.push(payer, std::move(work), estimate);
      schedule();
      return false;
    }
    spend(work());
    return true;
  }

  // How much waits.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  // Forgets what waits.
  void clear() { waiting_ = {}; }

 private:
  // Who waits for nothing for so many turns is forgiven a slice.
  static constexpr std::size_t kTurnsForgiven = 16;

  void spend(std::size_t cost) {
    left_ -= std::min(left_, cost);
    if (left_ == 0) schedule();
  }

  [[nodiscard]] bool is_held() const { return hold_.is_held && hold_.is_held(); }

  void schedule() {
    if (scheduled_) return;
    (is_held() ? hold_.post_later : post_)([this] { take_turn(); });
    scheduled_ = true;
  }

  void take_turn() {
    scheduled_ = false;
    left_ = slice_;
    waiting_.forgive(1 + slice_ / kTurnsForgiven);
    while (left_ > 0 && !waiting_.empty() && !is_held()) {
      auto [payer, work] = waiting_.pop();
      const std::size_t cost = work();
      waiting_.charge(payer, cost);
      spend(cost);
    }
    if (!waiting_.empty()) schedule();
  }

  const std::size_t slice_;
  std::size_t left_;  // Of the slice, until the next turn.
  const Post post_;
  const Hold hold_;
  storage::FairQueue<Work> waiting_;
  bool scheduled_ = false;
};

}  // namespace cowrite::loop
