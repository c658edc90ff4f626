#include "ot/rope/node.h"

#include <algorithm>
#include <string_view>

#include "ot/rope/leaf.h"

namespace cowrite::ot {

Node* NodeRef::clone(const Node& node) {
  if (node.height == 0) {
    // With the gap where it was: a leaf is cloned to be edited.
    const Leaf& original = as_leaf(node);
    Leaf* leaf = new Leaf;
    leaf->node.count = original.node.count;
    leaf->before_bytes = original.before_bytes;
    leaf->before_code_points = original.before_code_points;
    const std::string_view after = original.after();
    std::copy_n(original.text, original.before_bytes, leaf->text);
    std::copy_n(after.data(), after.size(), leaf->text + kLeafBytes - after.size());
    return &leaf->node;
  }
  Inner* inner = new Inner;
  inner->node.height = node.height;
  inner->node.count = node.count;
  std::copy_n(as_inner(node).children, node.count, inner->children);
  return &inner->node;
}

void NodeRef::destroy(Node* node) {
  if (node->height == 0) {
    delete &as_leaf(*node);
  } else {
    delete &as_inner(*node);
  }
}

}  // namespace cowrite::ot
