// FairQueue: a queue in which payers take turns. What one payer has put in leaves in order; of the
// payers the one goes first that has used least (least_first.h), of equal ones those who come anew
// before those who want more. Who comes anew is taken to have used as much as the one that had the
// last turn: nobody saves turns up, and who asks for little does not wait until all who ask for
// much had theirs. What an item will cost, as far as that is known, counts as used already: of many
// who come at once those go first who ask for little.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "storage/least_first.h"
#include "storage/payer.h"

namespace cowrite::storage {

template <typename Item>
class FairQueue {
 public:
  [[nodiscard]] bool empty() const { return turns_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }

  // `estimate` is in the unit of charge().
  void push(Payer payer, Item item, std::uint64_t estimate = 0) {
    const auto [own, is_new] = accounts_.try_emplace(payer, Account{.used = least_used_});
    Account& account = own->second;
    account.items.push_back({std::move(item), estimate});
    ++size_;
    if (account.items.size() > 1) return;
    if (!is_new) end_rest(own);
    try {
      account.comes = Comes::kAnew;
      account.place = turns_.add(turn_of(account), payer);
    } catch (...) {  // There is no memory.
      account.items.pop_back();
      --size_;
      throw;
    }
  }

  // Takes out those for which `is_unwanted` returns true; it is asked once about each.
  template <typename IsUnwanted>
  void erase_if(IsUnwanted is_unwanted) {
    for (auto own = accounts_.begin(); own != accounts_.end(); ++own) {
      if (own->second.items.empty()) continue;
      size_ -= std::erase_if(own->second.items,
                             [&](const Waiting& waiting) { return is_unwanted(waiting.item); });
      if (own->second.items.empty()) {
        rest(own);
      } else {
        turns_.set_cost(own->second.place, turn_of(own->second));
      }
    }
    forget();
  }

  // The next payer, and its oldest item. REQUIRES: !empty().
  [[nodiscard]] std::pair<Payer, Item> pop() {
    const auto [place, is_least] = turns_.next();
    const Own own = accounts_.find(turns_.at(place));
    Account& account = own->second;
    if (is_least) least_used_ = std::max(least_used_, account.used);
    std::pair<Payer, Item> next(own->first, std::move(account.items.front().item));
    account.items.pop_front();
    --size_;
    if (account.items.empty()) {
      rest(own);
    } else {
      account.comes = Comes::kAgain;
      account.place = turns_.wait_again(place, turn_of(account));
    }
    forget();
    return next;
  }

  // What the payer was given has cost so much, in a unit that is the same for all.
  void charge(Payer payer, std::uint64_t cost) {
    const auto [own, is_new] = accounts_.try_emplace(payer, Account{.used = least_used_});
    Account& account = own->second;
    if (!account.items.empty()) {
      account.used += cost;
      turns_.set_cost(account.place, turn_of(account));
      return;
    }
    if (!is_new) end_rest(own);
    account.used += cost + forgiven_;
    resting_.insert({account.used, payer});
    forget();
  }

  // Of what was charged, whoever waits for nothing is forgiven so much.
  void forgive(std::uint64_t cost) {
    forgiven_ += cost;
    forget();
  }

 private:
  // So many payers that wait for nothing are known for what they have used; beyond it the one that
  // has used least of them is forgotten.
  static constexpr std::size_t kRestingMax = 4'096;

  enum class Comes : std::uint8_t { kAnew, kAgain };
  using Turns = LeastFirst<Payer, std::pair<std::uint64_t, Comes>>;
  struct Waiting {
    Item item;
    std::uint64_t estimate = 0;
  };
  struct Account {
    std::uint64_t used = 0;  // Of a payer that waits for nothing, as of when forgiven_ was 0.
    Comes comes = Comes::kAnew;
    typename Turns::Place place = 0;  // While something waits.
    std::deque<Waiting> items = {};
  };
  using Accounts = std::map<Payer, Account>;
  using Own = typename Accounts::iterator;

  [[nodiscard]] static std::pair<std::uint64_t, Comes> turn_of(const Account& account) {
    return {account.used + account.items.front().estimate, account.comes};
  }

  void rest(Own own) {
    turns_.take(own->second.place);
    own->second.used += forgiven_;
    resting_.insert({own->second.used, own->first});
  }

  void end_rest(Own own) {
    resting_.erase({own->second.used, own->first});
    own->second.used = std::max(least_used_, left_of(own->second.used));
  }

  [[nodiscard]] std::uint64_t left_of(std::uint64_t used) const {
    return used - std::min(used, forgiven_);
  }

  // Forgets payers that do not differ from those who come anew.
  void forget() {
    while (!resting_.empty()) {
      const auto [used, payer] = *resting_.begin();
      if (left_of(used) > least_used_ && resting_.size() <= kRestingMax) return;
      least_used_ = std::max(least_used_, left_of(used));
      resting_.erase(resting_.begin());
      accounts_.erase(payer);
    }
  }

  Accounts accounts_;
  Turns turns_;                                        // Of those for whom something waits.
  std::set<std::pair<std::uint64_t, Payer>> resting_;  // The others.
  std::uint64_t least_used_ = 0;
  std::uint64_t forgiven_ = 0;
  std::size_t size_ = 0;
};

}  // namespace cowrite::storage
