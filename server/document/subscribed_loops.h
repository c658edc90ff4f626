// SubscribedLoops: the loops that have subscribers of a document or a channel, and how many each. A
// notice is posted once to each loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "ot/base/check.h"
#include "server/document/messages.h"

namespace cowrite::document {

class SubscribedLoops {
 public:
  void join(LoopIndex loop) {
    const auto place = find(loop);
    if (place != listeners_.end() && place->first == loop) {
      ++place->second;
    } else {
      listeners_.insert(place, {loop, 1});
    }
  }

  // REQUIRES: somebody on that loop joined and has not left.
  void leave(LoopIndex loop) {
    const auto found = find(loop);
    CHECK(found != listeners_.end() && found->first == loop);
    if (--found->second == 0) listeners_.erase(found);
  }

  [[nodiscard]] bool empty() const { return listeners_.empty(); }
  // In order, with how many subscribers each has, which is never zero.
  using Listeners = std::vector<std::pair<LoopIndex, std::size_t>>;
  [[nodiscard]] const Listeners& loops() const { return listeners_; }

 private:
  // The loop's place: where it is, or would be.
  [[nodiscard]] Listeners::iterator find(LoopIndex loop) {
    return std::ranges::lower_bound(listeners_, loop, {}, &Listeners::value_type::first);
  }

  Listeners listeners_;
};

}  // namespace cowrite::document
