#include "ot/rope_node.h"

#include <algorithm>

namespace cowrite::ot {

Node* NodeRef::clone(const Node& node) {
  if (node.height == 0) {
    Leaf* leaf = new Leaf;
    leaf->node.count = node.count;
    std::copy_n(as_leaf(node).text, node.count, leaf->text);
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
