#include "ot/rope/rope.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ot/base/check.h"
#include "ot/base/utf8.h"
#include "ot/rope/leaf.h"
#include "ot/rope/tree.h"

namespace cowrite::ot {

namespace {

// The child that holds the place `position` (counted in `unit`), which becomes a place in that
// child. A place between two children belongs to the left one.
const Subtree& find_child(const Inner& inner, std::uint32_t TextSize::*unit,
                          std::uint32_t& position) {
  const Subtree* child = inner.children;
  while (position > child->size.*unit) {
    position -= child->size.*unit;
    ++child;
  }
  return *child;
}

// Where in the leaf the place is, in bytes.
std::size_t offset_in_leaf(std::string_view text, Unit unit, std::uint32_t position) {
  std::size_t offset = 0;
  switch (unit) {
    case Unit::kByte:
      return utf8::floor_boundary(text, position);
    case Unit::kCodePoint:
      return utf8::byte_offset(text, position);
    case Unit::kUtf16:
      return utf8::byte_offset_of_utf16(text, position);
    case Unit::kLine:
      for (; position > 0; --position) offset = text.find('\n', offset) + 1;
      break;
  }
  return offset;
}

std::uint32_t TextSize::*member_of(Unit unit) {
  switch (unit) {
    case Unit::kByte:
      return &TextSize::bytes;
    case Unit::kCodePoint:
      return &TextSize::code_points;
    case Unit::kUtf16:
      return &TextSize::utf16_units;
    case Unit::kLine:
      break;
  }
  return &TextSize::newlines;
}

void visit_tree(const Subtree& tree, std::uint32_t begin, std::uint32_t end,
                void (*visitor)(void*, std::string_view), void* context) {
  if (tree.node->height == 0) {
    const TwoPieces pieces = as_leaf(*tree.node).piece(begin, end, tree.size);
    if (!pieces.first.empty()) visitor(context, pieces.first);
    if (!pieces.second.empty()) visitor(context, pieces.second);
    return;
  }
  const Inner& inner = as_inner(*tree.node);
  for (std::size_t index = 0; index < inner.node.count && end > 0; ++index) {
    const Subtree& child = inner.children[index];
    const std::uint32_t length = child.size.code_points;
    if (begin < length) visit_tree(child, begin, std::min(end, length), visitor, context);
    begin -= std::min(begin, length);
    end -= std::min(end, length);
  }
}

std::vector<std::string_view> chunks_of(const Rope& rope) {
  std::vector<std::string_view> chunks;
  rope.for_each_chunk([&chunks](std::string_view chunk) { chunks.push_back(chunk); });
  return chunks;
}

}  // namespace

Rope::Rope(std::string_view utf8) : tree_(build_tree(utf8)) {}

Rope::Rope(const Rope& other) : tree_(other.closed()) {}

Rope::Rope(Rope&& other) noexcept : tree_(std::exchange(other.closed(), {})) {}

Rope& Rope::operator=(const Rope& other) {
  if (this != &other) closed() = other.closed();
  return *this;
}

Rope& Rope::operator=(Rope&& other) noexcept {
  closed() = std::exchange(other.closed(), {});
  return *this;
}

void Rope::insert(std::uint64_t position, std::string_view text) {
  CHECK(position <= code_points());
  CHECK(text.size() <= kBytesMax - bytes());
  if (text.empty() || type(position, text)) return;
  insert_anywhere(static_cast<std::uint32_t>(position), text);
}

void Rope::insert_anywhere(std::uint32_t at, std::string_view text) {
  if (cursor_.insert(tree_, at, text)) return;
  if (text.size() <= kLeafBytesFill) {
    tree_ = insert_in_tree(std::move(closed()), at, text);
    return;
  }
  CutTree cut = cut_tree(std::move(closed()), at);
  tree_ = join_trees(join_trees(std::move(cut.before), build_tree(text)), std::move(cut.after));
}

void Rope::erase(std::uint64_t position, std::uint64_t count) {
  CHECK(position <= code_points() && count <= code_points() - position);
  if (count == 0 || (count == 1 && take(position))) return;
  erase_anywhere(static_cast<std::uint32_t>(position),
                 static_cast<std::uint32_t>(position + count));
}

void Rope::erase_anywhere(std::uint32_t begin, std::uint32_t end) {
  if (cursor_.erase(tree_, begin, end)) return;
  CutTree cut = cut_tree(std::move(closed()), begin);
  CutTree rest = cut_tree(std::move(cut.after), end - begin);
  tree_ = join_trees(std::move(cut.before), std::move(rest.after));
}

std::string Rope::to_string() const { return substring(0, code_points()); }

std::string Rope::substring(std::uint64_t position, std::uint64_t count) const {
  CHECK(position <= code_points() && count <= code_points() - position);
  std::string text;
  if (count == code_points()) text.reserve(bytes());
  visit(
      static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position + count),
      [](void* context, std::string_view chunk) {
        static_cast<std::string*>(context)->append(chunk);
      },
      &text);
  return text;
}

std::uint64_t Rope::convert(std::uint64_t position, Unit from, Unit to) const {
  std::uint32_t TextSize::*const from_member = member_of(from);
  std::uint32_t TextSize::*const to_member = member_of(to);
  CHECK(position <= settled().size.*from_member);
  if (empty()) return 0;
  auto rest = static_cast<std::uint32_t>(position);
  std::uint64_t converted = 0;
  const Subtree* tree = &tree_;
  while (tree->node->height > 0) {
    const Inner& inner = as_inner(*tree->node);
    tree = &find_child(inner, from_member, rest);
    for (const Subtree* before = inner.children; before != tree; ++before) {
      converted += before->size.*to_member;
    }
  }
  const TwoPieces pieces = as_leaf(*tree->node).whole();
  char flat[kLeafBytes];
  char* end = std::copy_n(pieces.first.data(), pieces.first.size(), flat);
  end = std::copy_n(pieces.second.data(), pieces.second.size(), end);
  const std::string_view text(flat, static_cast<std::size_t>(end - flat));
  const TextSize size = measure(text.substr(0, offset_in_leaf(text, from, rest)));
  return converted + size.*to_member;
}

void Rope::visit(std::uint32_t begin, std::uint32_t end, Visitor visitor, void* context) const {
  if (begin < end) visit_tree(settled(), begin, end, visitor, context);
}

bool operator==(const Rope& left, const Rope& right) {
  if (left.tree_.node == right.tree_.node) return true;
  if (left.settled().size != right.settled().size) return false;
  const std::vector<std::string_view> left_chunks = chunks_of(left);
  const std::vector<std::string_view> right_chunks = chunks_of(right);
  std::string_view left_rest;
  std::string_view right_rest;
  for (std::size_t left_next = 0, right_next = 0;;) {
    if (left_rest.empty() && left_next < left_chunks.size()) left_rest = left_chunks[left_next++];
    if (right_rest.empty() && right_next < right_chunks.size()) {
      right_rest = right_chunks[right_next++];
    }
    if (left_rest.empty()) return true;  // And so is the right one: the sizes are equal.
    const std::size_t length = std::min(left_rest.size(), right_rest.size());
    if (left_rest.substr(0, length) != right_rest.substr(0, length)) return false;
    left_rest.remove_prefix(length);
    right_rest.remove_prefix(length);
  }
}

}  // namespace cowrite::ot
