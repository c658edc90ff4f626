// RopeInspector: looks into a rope's tree, to check what ot/rope/tree.h says holds in every one.
#pragma once

#include <cstddef>

#include "ot/rope/rope.h"

namespace cowrite::ot {

class RopeInspector {
 public:
  // CHECKs the structure and all sizes. O(n).
  static void check(const Rope& rope);

  [[nodiscard]] static std::size_t height(const Rope& rope);
  [[nodiscard]] static std::size_t count_leaves(const Rope& rope);
  // Leaves that both ropes use.
  [[nodiscard]] static std::size_t count_shared_leaves(const Rope& left, const Rope& right);

  // The text so many times in a row, in the memory of one: all share its nodes. REQUIRES: times >
  // 0.
  [[nodiscard]] static Rope repeat(const Rope& rope, std::size_t times);
};

}  // namespace cowrite::ot
