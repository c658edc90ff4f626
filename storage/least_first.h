// LeastFirst: things that wait for their turns, each with what it has cost so far. The one that has
// cost least goes first, of equal ones the one that has waited longest; and now and then the one
// goes that has waited longest, so that each gets on, however many others there are that cost
// little.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace cowrite::storage {

template <typename Item, typename Cost = std::uint64_t>
class LeastFirst {
 public:
  // The place of something that waits.
  using Place = std::uint64_t;

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  // If there is no memory for it, nothing is changed.
  Place add(Cost cost, Item item) {
    const Place place = arrivals_++;
    const auto added = waiting_.emplace(place, Waiting{cost, std::move(item)}).first;
    try {
      by_cost_.emplace(cost, place);
    } catch (...) {
      waiting_.erase(added);
      throw;
    }
    return place;
  }

  struct Next {
    Place place = 0;
    bool is_least = false;  // Else it is the one that has waited longest.
  };
  // Whose turn it is. REQUIRES: !empty().
  [[nodiscard]] Next next() {
    const bool is_least = ++turns_ % kTurnsOfOldest != 0;
    return {is_least ? by_cost_.begin()->second : waiting_.begin()->first, is_least};
  }
  // REQUIRES of these: it waits there.
  [[nodiscard]] const Item& at(Place place) const { return waiting_.at(place).item; }
  Item take(Place place) {
    const auto taken = waiting_.extract(place);
    by_cost_.erase({taken.mapped().cost, place});
    return std::move(taken.mapped().item);
  }
  // As if it had come only now. Needs no memory.
  [[nodiscard]] Place wait_again(Place place, Cost cost) {
    auto waiting = waiting_.extract(place);
    auto turn = by_cost_.extract({waiting.mapped().cost, place});
    waiting.key() = arrivals_++;
    waiting.mapped().cost = cost;
    turn.value() = {cost, waiting.key()};
    by_cost_.insert(std::move(turn));
    return waiting_.insert(std::move(waiting)).position->first;
  }
  // It keeps its place. Needs no memory.
  void set_cost(Place place, Cost cost) {
    Waiting& waiting = waiting_.at(place);
    auto turn = by_cost_.extract({waiting.cost, place});
    waiting.cost = cost;
    turn.value() = {cost, place};
    by_cost_.insert(std::move(turn));
  }

  void clear() {
    waiting_.clear();
    by_cost_.clear();
  }

 private:
  // Of so many turns one is for what has waited longest.
  static constexpr std::uint64_t kTurnsOfOldest = 4;

  struct Waiting {
    Cost cost;
    Item item;
  };

  std::map<Place, Waiting> waiting_;
  std::set<std::pair<Cost, Place>> by_cost_;
  Place arrivals_ = 0;
  std::uint64_t turns_ = 0;
};

}  // namespace cowrite::storage
