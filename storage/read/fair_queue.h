// FairQueue: a queue in which payers take turns. What one payer has put in leaves in order; a payer
// that puts in much waits longer, and nobody else does.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "storage/payer.h"

namespace cowrite::storage {

template <typename Item>
class FairQueue {
 public:
  [[nodiscard]] bool empty() const { return turns_.empty(); }

  void push(Payer payer, Item item) {
    std::deque<Item>& own = items_[payer];
    if (own.empty()) turns_.push_back(payer);
    own.push_back(std::move(item));
  }

  // Takes out those for which `is_unwanted` returns true; it is asked once about each.
  template <typename IsUnwanted>
  void erase_if(IsUnwanted is_unwanted) {
    for (auto& [payer, own] : items_) std::erase_if(own, is_unwanted);
    std::erase_if(turns_, [this](Payer payer) { return items_.at(payer).empty(); });
    std::erase_if(items_, [](const auto& own) { return own.second.empty(); });
  }

  // The next payer, and its oldest item. REQUIRES: !empty().
  [[nodiscard]] std::pair<Payer, Item> pop() {
    const Payer payer = turns_.front();
    turns_.pop_front();
    const auto own = items_.find(payer);
    std::pair<Payer, Item> next(payer, std::move(own->second.front()));
    own->second.pop_front();
    if (own->second.empty()) {
      items_.erase(own);
    } else {
      turns_.push_back(payer);
    }
    return next;
  }

 private:
  std::map<Payer, std::deque<Item>> items_;  // None is empty.
  std::deque<Payer> turns_;                  // Each payer of items_ once, the next one first.
};

}  // namespace cowrite::storage
