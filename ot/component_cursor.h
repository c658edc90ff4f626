// ComponentCursor: reads an operation in pieces of wanted lengths; transform() and compose() are
// two walks with it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ot/base/utf8.h"
#include "ot/operation.h"

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
    const Component whole{kind_, length_, {text_, text_bytes_}};
    ++next_;
    load();
    return whole;
  }

  // At most `length` code points from the front of the next component; of the endless retain, all.
  // REQUIRES: length > 0.
  Component take(std::uint64_t length) {
    if (at_end()) return {Kind::kRetain, length, {}};
    if (length_ <= length) return take();
    const std::size_t bytes =
        text_bytes_ == 0 ? 0 : utf8::byte_offset({text_, text_bytes_}, length);
    const Component part{kind_, length, {text_, bytes}};
    text_ += bytes;
    text_bytes_ -= bytes;
    length_ -= length;
    return part;
  }

 private:
  void load() {
    const Component component = next_ == end_ ? Component{} : *next_;
    kind_ = component.kind;
    length_ = component.length;
    text_ = component.text.data();
    text_bytes_ = component.text.size();
  }

  Operation::Iterator next_;
  Operation::Iterator end_;

  // What is left of the component at next_; at the end, an empty retain. Not a Component, nor a
  // string_view: compilers copy these as a whole right after they were written in parts, for which
  // the processor must wait. That took a third of the time.
  Kind kind_ = Kind::kRetain;
  std::uint64_t length_ = 0;
  const char* text_ = nullptr;
  std::size_t text_bytes_ = 0;
};

}  // namespace cowrite::ot
