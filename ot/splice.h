// Splice: where an operation that is one insert or delete changes the text.
//
// Nearly all operations are that. Where two of them do not touch, transform() and compose() need
// not walk: the one stays as it is or only moves, and both stand side by side. That takes less than
// half the time.
#pragma once

#include <cstdint>

#include "ot/operation.h"

namespace cowrite::ot {

class Splice {
 public:
  // REQUIRES: operation.is_splice().
  explicit Splice(const Operation& operation) {
    auto component = operation.begin();
    if (operation.size() == 2) begin_ = (*component++).length;
    const Component splice = *component;
    // Two values and no choice of a field: else compilers keep both in memory and wait for it.
    const bool inserts = splice.kind == Kind::kInsert;
    inserted_ = inserts ? splice.length : 0;
    removed_ = inserts ? 0 : splice.length;
  }

  // Code points before what it inserts or deletes, and with that: in the text that it is applied
  // to, and in the text that it makes.
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end_before() const { return begin_ + removed_; }
  [[nodiscard]] std::uint64_t end_after() const { return begin_ + inserted_; }

  // The splice elsewhere. REQUIRES: operation.is_splice() and begins with a retain; position > 0.
  [[nodiscard]] static Operation moved(const Operation& operation, std::uint64_t position) {
    Operation result = operation;
    result.components_[0] = Operation::Packed::without_text(Kind::kRetain, position);
    return result;
  }

  // The splice `left` and, after `gap` more code points, what `right` inserts or deletes.
  // REQUIRES: gap > 0; right.is_splice().
  [[nodiscard]] static Operation side_by_side(const Operation& left, std::uint64_t gap,
                                              const Operation& right) {
    Operation result = left;
    result.components_.push_back(Operation::Packed::without_text(Kind::kRetain, gap));
    auto splice = right.begin();
    if (right.size() == 2) ++splice;
    result.push(*splice);
    return result;
  }

 private:
  std::uint64_t begin_ = 0;
  std::uint64_t removed_ = 0;
  std::uint64_t inserted_ = 0;
};

}  // namespace cowrite::ot
