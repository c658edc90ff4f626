// PayerShares: how many places each payer has of those that all of them share.
//
// Whoever has none gets one even if all are taken, so that nobody is kept out by others; the number
// of payers bounds what that can come to. The server itself always gets one.
//
// Belongs to one thread, or is guarded by a mutex of its owner's.
#pragma once

#include <cstddef>
#include <map>

#include "storage/payer.h"

namespace cowrite::storage {

class PayerShares {
 public:
  struct Limits {
    std::size_t all = 0;
    std::size_t each = 0;
  };

  explicit PayerShares(const Limits& limits) : limits_(limits) {}

  // False, and nothing is taken, if the payer has its share already, or all are taken and it has
  // one of them.
  [[nodiscard]] bool take(Payer payer) {
    std::size_t& own = taken_by_[payer];
    const bool fits = own == 0 || (own < limits_.each && taken_ < limits_.all);
    if (!fits && payer != Payer::kServer) return false;
    ++own;
    ++taken_;
    return true;
  }

  // REQUIRES: the payer has one.
  void give_back(Payer payer) {
    const auto found = taken_by_.find(payer);
    if (--found->second == 0) taken_by_.erase(found);
    --taken_;
  }

  // By all payers.
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  const Limits limits_;
  std::map<Payer, std::size_t> taken_by_;  // None is 0.
  std::size_t taken_ = 0;
};

}  // namespace cowrite::storage
