#include "tests/ot/rope_inspector.h"

#include <set>
#include <string>

#include "ot/base/check.h"
#include "ot/base/utf8.h"
#include "ot/rope/tree.h"

namespace cowrite::ot {

namespace {

void check_tree(const Subtree& tree) {
  if (!tree.node) {
    CHECK(tree.size == TextSize{});
    return;
  }
  if (tree.node->height == 0) {
    const TwoPieces pieces = as_leaf(*tree.node).whole();
    CHECK(utf8::is_valid(pieces.first) && utf8::is_valid(pieces.second));
    CHECK(as_leaf(*tree.node).before_code_points == utf8::count_code_points(pieces.first));
    const std::string text = std::string(pieces.first) + std::string(pieces.second);
    CHECK(!text.empty());
    CHECK(tree.size == measure(text));
    return;
  }
  const Inner& inner = as_inner(*tree.node);
  CHECK(inner.node.count >= 2 && inner.node.count <= kFanout);
  TextSize size;
  for (std::size_t index = 0; index < inner.node.count; ++index) {
    const Subtree& child = inner.children[index];
    CHECK(child.node->height + 1 == inner.node.height);
    CHECK(child.node->count >= (child.node->height == 0 ? kLeafBytesMin : kFanoutMin));
    check_tree(child);
    size += child.size;
  }
  CHECK(size == tree.size);
}

std::set<const Node*> leaves_of(const Subtree& tree) {
  if (!tree.node) return {};
  if (tree.node->height == 0) return {&*tree.node};
  std::set<const Node*> leaves;
  const Inner& inner = as_inner(*tree.node);
  for (std::size_t index = 0; index < inner.node.count; ++index) {
    leaves.merge(leaves_of(inner.children[index]));
  }
  return leaves;
}

}  // namespace

void RopeInspector::check(const Rope& rope) { check_tree(rope.settled()); }

std::size_t RopeInspector::height(const Rope& rope) {
  return rope.tree_.node ? rope.tree_.node->height : 0;
}

std::size_t RopeInspector::count_leaves(const Rope& rope) { return leaves_of(rope.tree_).size(); }

std::size_t RopeInspector::count_shared_leaves(const Rope& left, const Rope& right) {
  const std::set<const Node*> of_left = leaves_of(left.tree_);
  std::size_t shared = 0;
  for (const Node* leaf : leaves_of(right.tree_)) shared += of_left.count(leaf);
  return shared;
}

Rope RopeInspector::repeat(const Rope& rope, std::size_t times) {
  Rope repeated;
  for (Rope power = rope;; power.tree_ = join_trees(power.tree_, power.tree_)) {
    if (times % 2 == 1) repeated.tree_ = join_trees(repeated.tree_, power.tree_);
    times /= 2;
    if (times == 0) return repeated;
  }
}

}  // namespace cowrite::ot
