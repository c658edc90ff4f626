#include "ot/rope/leaf.h"

#include <algorithm>
#include <cstring>

#include "ot/base/check.h"
#include "ot/base/utf8.h"

namespace cowrite::ot {

namespace {

// Where code point number `position` begins in a text of that many. Searched from the nearer end;
// in ASCII not searched at all.
std::uint32_t offset_of(std::string_view text, std::uint32_t code_points, std::uint32_t position) {
  if (text.size() == code_points) return position;
  const std::uint32_t after = code_points - position;
  return static_cast<std::uint32_t>(position < after ? utf8::byte_offset(text, position)
                                                     : utf8::byte_offset_from_end(text, after));
}

}  // namespace

Leaf* Leaf::make(const TwoPieces& pieces, std::uint32_t code_points) {
  Leaf* leaf = new Leaf;
  const std::size_t bytes = pieces.first.size() + pieces.second.size();
  CHECK(bytes <= kLeafBytes);
  leaf->node.count = static_cast<std::uint16_t>(bytes);
  leaf->before_bytes = static_cast<std::uint16_t>(bytes);
  leaf->before_code_points = static_cast<std::uint16_t>(code_points);
  std::copy_n(pieces.first.data(), pieces.first.size(), leaf->text);
  std::copy_n(pieces.second.data(), pieces.second.size(), leaf->text + pieces.first.size());
  return leaf;
}

TwoPieces Leaf::piece(std::uint32_t begin, std::uint32_t end, const TextSize& size) const {
  const std::uint32_t gap = before_code_points;
  const auto slice = [](std::string_view side, std::uint32_t code_points, std::uint32_t from,
                        std::uint32_t to) {
    const std::uint32_t from_byte = offset_of(side, code_points, from);
    return side.substr(from_byte, offset_of(side, code_points, to) - from_byte);
  };
  return {
      slice(before(), gap, std::min(begin, gap), std::min(end, gap)),
      slice(after(), size.code_points - gap, std::max(begin, gap) - gap, std::max(end, gap) - gap)};
}

void Leaf::insert(std::uint32_t position, std::string_view added, const TextSize& added_size,
                  const TextSize& size) {
  if (position != before_code_points) move_gap(position, size);
  std::memcpy(text + before_bytes, added.data(), added.size());
  node.count = static_cast<std::uint16_t>(node.count + added_size.bytes);
  before_bytes = static_cast<std::uint16_t>(before_bytes + added_size.bytes);
  before_code_points = static_cast<std::uint16_t>(before_code_points + added_size.code_points);
}

TextSize Leaf::erase(std::uint32_t begin, std::uint32_t end, std::uint32_t bytes_min,
                     const TextSize& size) {
  if (end < before_code_points) move_gap(end, size);
  if (begin > before_code_points) move_gap(begin, size);
  // Now the gap lies within, or at an end.
  const std::uint32_t kept_before = offset_of(before(), before_code_points, begin);
  const std::uint32_t dropped_after =
      offset_of(after(), size.code_points - before_code_points, end - before_code_points);
  const std::uint32_t dropped = before_bytes - kept_before + dropped_after;
  if (node.count - dropped < bytes_min) return {};
  TextSize dropped_size = measure(before().substr(kept_before));
  if (dropped_after > 0) dropped_size += measure(after().substr(0, dropped_after));
  node.count = static_cast<std::uint16_t>(node.count - dropped);
  before_bytes = static_cast<std::uint16_t>(kept_before);
  before_code_points = static_cast<std::uint16_t>(begin);
  return dropped_size;
}

void Leaf::move_gap(std::uint32_t position, const TextSize& size) {
  const std::string_view left = before();
  const std::string_view right = after();
  std::uint32_t offset = 0;  // Of the position, without the gap.
  if (position < before_code_points) {
    offset = offset_of(left, before_code_points, position);
    const std::size_t moved = left.size() - offset;
    std::memmove(text + kLeafBytes - right.size() - moved, text + offset, moved);
  } else {
    const std::uint32_t moved =
        offset_of(right, size.code_points - before_code_points, position - before_code_points);
    std::memmove(text + before_bytes, right.data(), moved);
    offset = before_bytes + moved;
  }
  before_bytes = static_cast<std::uint16_t>(offset);
  before_code_points = static_cast<std::uint16_t>(position);
}

}  // namespace cowrite::ot
