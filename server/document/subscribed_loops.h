// SubscribedLoops: the loops that have subscribers of a document or a channel, and how many each. A
// notice is posted once to each loop.
#pragma once

#include <cstddef>
#include <map>

#include "ot/base/check.h"
#include "server/document/messages.h"

namespace cowrite::document {

class SubscribedLoops {
 public:
  void join(LoopIndex loop) { ++listeners_[loop]; }

  // REQUIRES: somebody on that loop joined and has not left.
  void leave(LoopIndex loop) {
    const auto found = listeners_.find(loop);
    CHECK(found != listeners_.end());
    if (--found->second == 0) listeners_.erase(found);
  }

  [[nodiscard]] bool empty() const { return listeners_.empty(); }
  [[nodiscard]] const std::map<LoopIndex, std::size_t>& loops() const { return listeners_; }

 private:
  std::map<LoopIndex, std::size_t> listeners_;  // Never zero.
};

}  // namespace cowrite::document
