// Splice: where an operation that is one insert or delete changes the text.
//
// Nearly all operations are that. Where two of them do not touch, transform() and compose() need
// not walk: the one stays as it is or only moves, and both stand side by side. That takes less than
// half the time.
#pragma once

#include <cstdint>
#include <string_view>

#include "ot/operation.h"

namespace cowrite::ot {

class Splice {
 public:
  // REQUIRES: operation.is_splice().
  explicit Splice(const Operation& operation)
      : Splice(operation.size() == 2 ? operation.components_[0].retained() : 0,
               operation.components_[operation.size() - 1]) {}

  // Code points before what it inserts or deletes, and with that: in the text that it is applied
  // to, and in the text that it makes.
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end_before() const { return begin_ + removed_; }
  [[nodiscard]] std::uint64_t end_after() const { return begin_ + inserted_; }

  // Code points that it deletes; 0 if it inserts.
  [[nodiscard]] std::uint64_t removes() const { return removed_; }

  // The text that it inserts, if it does. REQUIRES: operation.is_splice().
  [[nodiscard]] static std::string_view inserted(const Operation& operation) {
    return {operation.text_.data(), operation.components_[operation.size() - 1].text_end()};
  }

  // What it inserts or deletes. REQUIRES: operation.is_splice().
  [[nodiscard]] static Component edit(const Operation& operation) {
    const Operation::Packed last = operation.components_[operation.size() - 1];
    if (!last.has_text()) return {Kind::kDelete, last.length(), {}};
    return {last.kind(), last.length(), {operation.text_.data(), last.text_end()}};
  }

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
    result.push(edit(right));
    return result;
  }

 private:
  Splice(std::uint64_t begin, Operation::Packed edit)
      : begin_(begin),
        removed_(edit.is_insert() ? 0 : edit.length()),
        inserted_(edit.is_insert() ? edit.length() : 0) {}

  std::uint64_t begin_;
  std::uint64_t removed_;
  std::uint64_t inserted_;
};

}  // namespace cowrite::ot
