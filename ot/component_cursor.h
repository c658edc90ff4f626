// ComponentCursor: reads an operation in pieces of wanted lengths; transform() and compose() are
// two walks with it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "ot/operation.h"
#include "ot/utf8.h"

namespace cowrite::ot {

class ComponentCursor {
 public:
  // Borrows the operation.
  explicit ComponentCursor(const Operation& operation)
      : next_(operation.begin()), end_(operation.end()) {
    load();
  }

  [[nodiscard]] bool at_end() const { return rest_.length == 0; }
  // The component that take() takes from. Beyond the end of the operation everything is kept: an
  // endless retain, of length 0 here.
  [[nodiscard]] const Component& peek() const { return rest_; }

  // The next component whole, or what is left of it. REQUIRES: !at_end().
  Component take() {
    const Component whole = rest_;
    ++next_;
    load();
    return whole;
  }

  // At most `length` code points from the front of the next component; of the endless retain, all.
  // REQUIRES: length > 0.
  Component take(std::uint64_t length) {
    if (at_end()) return {Kind::kRetain, length, {}};
    if (rest_.length <= length) return take();
    Component part{rest_.kind, length, {}};
    if (!rest_.text.empty()) {
      part.text = rest_.text.substr(0, utf8::byte_offset(rest_.text, length));
      rest_.text.remove_prefix(part.text.size());
    }
    rest_.length -= length;
    return part;
  }

 private:
  void load() { rest_ = next_ == end_ ? Component{} : *next_; }

  Operation::Iterator next_;
  Operation::Iterator end_;
  Component rest_;
};

}  // namespace cowrite::ot
