// Leaf: about a kibibyte of UTF-8 with a gap where it was edited last.
//
//     | text before | gap | text after |
//
// Edits cluster: typing goes on at the gap, where a character costs one store, and most jumps are
// short, so that little text has to change sides.
#pragma once

#include <cstdint>
#include <string_view>

#include "ot/rope/node.h"
#include "ot/rope/text_size.h"

namespace cowrite::ot {

// A leaf fills a kibibyte together with its headers and the allocator's.
inline constexpr std::uint32_t kLeafBytes = 1004;

// Text in two pieces, each of which may be empty.
struct TwoPieces {
  std::string_view first;
  std::string_view second;
};

// Positions count code points within the leaf. Node::count is the number of bytes.
struct Leaf {
  Node node;
  std::uint16_t before_bytes = 0;
  std::uint16_t before_code_points = 0;
  char text[kLeafBytes];

  // A new leaf with this text and the gap behind it. REQUIRES: bytes of both <= kLeafBytes.
  static Leaf* make(const TwoPieces& pieces, std::uint32_t code_points);

  [[nodiscard]] std::string_view before() const { return {text, before_bytes}; }
  [[nodiscard]] std::string_view after() const {
    const std::uint32_t bytes = std::uint32_t{node.count} - before_bytes;
    return {text + kLeafBytes - bytes, bytes};
  }
  [[nodiscard]] TwoPieces whole() const { return {before(), after()}; }

  // REQUIRES: begin <= end <= code points of the leaf, which `size` says.
  [[nodiscard]] TwoPieces piece(std::uint32_t begin, std::uint32_t end, const TextSize& size) const;

  // REQUIRES: position <= code points of the leaf; the text fits.
  void insert(std::uint32_t position, std::string_view added, const TextSize& added_size,
              const TextSize& size);

  // Drops the text from begin to end and says its size; if fewer than `bytes_min` would be left,
  // drops nothing and says 0. REQUIRES: begin < end, as piece().
  [[nodiscard]] TextSize erase(std::uint32_t begin, std::uint32_t end, std::uint32_t bytes_min,
                               const TextSize& size);

 private:
  void move_gap(std::uint32_t position, const TextSize& size);
};

inline Leaf& as_leaf(Node& node) { return reinterpret_cast<Leaf&>(node); }
inline const Leaf& as_leaf(const Node& node) { return reinterpret_cast<const Leaf&>(node); }

}  // namespace cowrite::ot
