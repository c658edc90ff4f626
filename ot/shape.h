// A shape: an operation without its texts, only where it keeps, inserts and deletes how much. It is
// all that another operation needs to be transformed over it.
//
// Shapes are in normal form, but for lengths of 2^30 and more, which take several components in a
// row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ot/operation.h"

namespace cowrite::ot {

// One component in four bytes.
class ShapeComponent {
 public:
  static constexpr std::uint64_t kLengthMax = (std::uint64_t{1} << 30) - 1;

  ShapeComponent() = default;
  // REQUIRES: length <= kLengthMax.
  ShapeComponent(Kind kind, std::uint64_t length)
      : word_(static_cast<std::uint32_t>(length) << 2U | static_cast<std::uint32_t>(kind)) {}

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(word_ & 3U); }
  [[nodiscard]] std::uint64_t length() const { return word_ >> 2U; }  // Code points.

  friend bool operator==(const ShapeComponent&, const ShapeComponent&) = default;

 private:
  std::uint32_t word_ = 0;
};

using Shape = std::vector<ShapeComponent>;
using ShapeView = std::span<const ShapeComponent>;

// Builds a shape at the end of a buffer, after the shapes in it.
class ShapeBuilder {
 public:
  // Borrows the buffer.
  explicit ShapeBuilder(Shape& out) : out_(out), begin_(out.size()) {}

  // Merges neighbours of a kind and leaves out empty components.
  void append(Kind kind, std::uint64_t length) {
    if (length == 0) return;
    if (out_.size() > begin_ && out_.back().kind() == kind) {
      length += out_.back().length();
      out_.pop_back();
    }
    for (; length > ShapeComponent::kLengthMax; length -= ShapeComponent::kLengthMax) {
      out_.emplace_back(kind, ShapeComponent::kLengthMax);
    }
    out_.emplace_back(kind, length);
  }

  // Cuts a trailing retain.
  void finish() {
    while (out_.size() > begin_ && out_.back().kind() == Kind::kRetain) out_.pop_back();
  }

 private:
  Shape& out_;
  std::size_t begin_;
};

// Appends the operation's shape.
void append_shape(const Operation& operation, Shape& out);

}  // namespace cowrite::ot
