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

  [[nodiscard]] bool at_end() const { return length_ == 0; }
  // Of the component that take() takes from; beyond the end of the operation all is kept, an
  // endless retain.
  [[nodiscard]] Kind kind() const { return kind_; }
  // What is left of that component; 0 beyond the end.
  [[nodiscard]] std::uint64_t length() const { return length_; }

  // The next component whole, or what is left of it. REQUIRES: !at_end().
  Component take() {
    const Component whole{kind_, length_, text_};
    ++next_;
    load();
    return whole;
  }

  // At most `length` code points from the front of the next component; of the endless retain, all.
  // REQUIRES: length > 0.
  Component take(std::uint64_t length) {
    if (at_end()) return {Kind::kRetain, length, {}};
    if (length_ <= length) return take();
    const std::string_view text =
        text_.substr(0, text_.empty() ? 0 : utf8::byte_offset(text_, length));
    text_.remove_prefix(text.size());
    length_ -= length;
    return {kind_, length, text};
  }

 private:
  void load() {
    const Component component = next_ == end_ ? Component{} : *next_;
    kind_ = component.kind;
    length_ = component.length;
    text_ = component.text;
  }

  Operation::Iterator next_;
  Operation::Iterator end_;

  // What is left of the component at next_; at the end, an empty retain. Not a Component, which the
  // compiler would copy through memory at every step.
  Kind kind_ = Kind::kRetain;
  std::uint64_t length_ = 0;
  std::string_view text_;
};

}  // namespace cowrite::ot
