// FanOut: tells the many sessions of one loop of what concerns them all, a slice of them a turn, so
// that others have their turns in between. The slice is one for all that is told: what comes when
// it is used up waits, but for the first few sessions that something concerns (limits.h), among
// whom are those who wait for its ack.
//
// What is told in order has a lane: a document with the presences about it, or a channel. As long
// as something of a lane is being told, all that comes after it in that lane waits behind it; so
// each session hears of everything in the order in which it came, as if all were told at once.
// The lane of which the least was told goes first, since it came to wait (storage/least_first.h):
// so lanes that are crowded all the time keep no other one. While there is no room for what clients
// are sent, nothing is told at once, so that room is made between two slices, however many lanes
// there are.
//
// Of presences only the latest matters. One that waits gives its place to a later one of its name,
// unless something that keeps its order stands between them, or it is the end of a presence and the
// later one is its beginning anew. Beyond bounds (limits.h) those that wait longest are forgotten:
// first those that show somebody, and only for want of memory those that show that somebody is
// gone. Nothing else is forgotten; whoever causes it bounds it.
//
// Pure; belongs to one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "storage/counting/counter.h"
#include "storage/least_first.h"
#include "storage/seeded_hash.h"

namespace cowrite::switchboard {

class FanOut {
 public:
  using Work = std::function<void()>;
  // Tells one of the sessions, and returns what that costs: 1 is a message that all are sent.
  using Tell = std::function<std::size_t(std::size_t index)>;

  // What is never forgotten, a presence, and its end.
  enum class Kind { kKept, kShown, kGone };

  // What has a name, of which only the latest version matters.
  struct Latest {
    std::string name = {};
    std::uint64_t version = 0;
    std::size_t bytes = 0;  // If it may be forgotten.
    Kind kind = Kind::kKept;
    std::size_t listeners = 0;  // Who are to be told.
  };

  // A turn costs `slice`, and the rest of what was told last; so much of each telling, `at_once`,
  // is told in any case, unless it had to wait. `post` has a function called in another turn;
  // `may_send` says whether there is room for what clients are sent; `waiting` counts what is told
  // or waits. REQUIRES: slice > 0; the counter outlives this.
  FanOut(std::size_t slice, std::size_t at_once, std::function<void(Work)> post,
         std::function<bool()> may_send, counting::Counter& waiting)
      : slice_(slice),
        at_once_(at_once),
        left_(slice),
        post_(std::move(post)),
        may_send_(std::move(may_send)),
        waiting_(waiting) {}

  [[nodiscard]] bool idle() const { return lanes_.empty(); }
  // Whether what comes in this lane has to wait.
  [[nodiscard]] bool under_way(const std::string& lane) const {
    return !lanes_.empty() && lanes_.contains(lane);
  }

  // Whether many can be told of something in this lane now.
  [[nodiscard]] bool has_room(const std::string& lane) const {
    return left_ > 0 && !under_way(lane);
  }

  // Tells `count` sessions, what is left of the slice now and the rest in later turns. `lane` makes
  // the lane's name, where it is needed. REQUIRES: nothing of the lane is under way, or this is the
  // work that has waited for its turn there.
  template <typename Lane, typename TellOne>
  void tell(Lane lane, std::size_t count, TellOne tell) {
    std::size_t next = 0;
    const bool may_send = in_turn_ || may_send_();
    if (!may_send) left_ = 0;
    const std::size_t at_once = may_send && !in_turn_ ? at_once_ : 0;
    std::size_t told = 0;
    while (next < count && (left_ > 0 || told < at_once)) {
      const std::size_t cost = tell(next++);
      told += cost;
      spend(cost);
    }
    if (left_ == 0) schedule();
    if (next < count) go_on_later(lane(), {next, count, std::move(tell)});
  }

  // Does this when all before it is told, and it is the lane's turn.
  void wait(const std::string& lane, Work work);
  void wait(const std::string& lane, Latest latest, Work work);

 private:
  struct Telling {
    std::size_t next = 0;
    std::size_t count = 0;
    Tell tell;
  };
  struct Waiting {
    Work work;  // None if it was forgotten.
    Latest latest = {};
  };
  struct Lane {
    Telling telling;              // Under way, unless it has come to its end.
    std::deque<Waiting> waiting;  // Numbered in order.
    std::uint64_t first = 0;      // The number of the first of them.
    // The numbers of those that may be replaced, by name.
    std::unordered_map<std::string, std::uint64_t, storage::SeededHash> latest;
    std::size_t shown = 0;  // How many of that kind wait.
    // Of either kind, the numbers from which on there may be some.
    std::uint64_t shown_from = 0;
    std::uint64_t gone_from = 0;
    std::size_t told = 0;  // What all that was told has cost, since the lane came to wait.

    [[nodiscard]] bool is_telling() const { return telling.next < telling.count; }
  };
  using Lanes = std::unordered_map<std::string, Lane, storage::SeededHash>;

  void spend(std::size_t cost) { left_ -= std::min(left_, cost); }
  [[nodiscard]] Lane& find_or_open(const std::string& lane);
  void go_on_later(const std::string& lane, Telling telling);
  void take_turn();
  void await_turn(Lanes::value_type& lane);
  void go_on(Lane& lane);
  void take_first(Lane& lane);
  void schedule();
  [[nodiscard]] static Waiting& find_or_add(Lane& lane, const Latest& latest);
  void make_room(Lane& lane, std::size_t listeners);
  [[nodiscard]] bool forget_first(Lane& lane, Kind kind, std::uint64_t& from);
  static void release_name(Lane& lane, std::uint64_t number);
  void count(Lane& lane, const Waiting& waiting);
  [[nodiscard]] Work take(Lane& lane, Waiting& waiting);

  const std::size_t slice_;
  const std::size_t at_once_;
  std::size_t left_;  // Of the slice, until the next turn.
  const std::function<void(Work)> post_;
  const std::function<bool()> may_send_;
  counting::Counter& waiting_;
  Lanes lanes_;
  // Every lane but the one whose turn it is, by what they were told.
  storage::LeastFirst<Lanes::value_type*> waiting_lanes_;
  std::size_t bytes_ = 0;  // Of all that may be forgotten.
  bool in_turn_ = false;
  bool scheduled_ = false;
};

}  // namespace cowrite::switchboard
