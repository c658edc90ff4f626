// The nodes of a rope, and how they are shared.
//
// A Node is a Leaf with text (leaf.h) or an Inner with children of one height. Nodes are reached
// through Subtrees, which know the size of what is below, so a search looks at one node per level.
// NodeRef counts references; a node with one reference belongs to its holder and may be changed in
// place, any other must be cloned first (make_own). The threads need no other agreement: a thread
// that reads a count of one, acquiring, sees all that the former owners did.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "ot/rope/text_size.h"

namespace cowrite::ot {

inline constexpr std::uint32_t kFanout = 16;

struct Node {
  std::atomic<std::uint32_t> references{1};
  std::uint16_t height = 0;  // 0: a leaf.
  std::uint16_t count = 0;   // Bytes of a leaf, children of an inner node.
};

class NodeRef {
 public:
  NodeRef() = default;
  // Takes over the one reference of a new node.
  explicit NodeRef(Node* node) : node_(node) {}
  NodeRef(const NodeRef& other) : node_(other.node_) {
    if (node_ != nullptr) node_->references.fetch_add(1, std::memory_order_relaxed);
  }
  NodeRef(NodeRef&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  NodeRef& operator=(NodeRef other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~NodeRef() {
    if (node_ != nullptr) release();
  }

  explicit operator bool() const { return node_ != nullptr; }
  const Node& operator*() const { return *node_; }
  const Node* operator->() const { return node_; }
  [[nodiscard]] const Node* get() const { return node_; }
  friend bool operator==(const NodeRef&, const NodeRef&) = default;  // The same node.

  // The node, owned by this reference alone from now on: itself, or a clone of it.
  Node& make_own() {
    if (node_->references.load(std::memory_order_acquire) != 1) *this = NodeRef(clone(*node_));
    return *node_;
  }

 private:
  void release() {
    // A thread that reads a count of one is the only owner: no other can raise it, and a load is
    // cheaper than a locked subtraction.
    if (node_->references.load(std::memory_order_acquire) == 1 ||
        node_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      destroy(node_);
    }
  }
  static Node* clone(const Node& node);
  static void destroy(Node* node);

  Node* node_ = nullptr;
};

// A node and the size of all text below it. Empty: no node, size 0.
struct Subtree {
  NodeRef node;
  TextSize size;
};

// Leaf and Inner begin with their Node, so a pointer to one is a pointer to the other.
struct Inner {
  Node node;
  Subtree children[kFanout];
};

inline Inner& as_inner(Node& node) { return reinterpret_cast<Inner&>(node); }
inline const Inner& as_inner(const Node& node) { return reinterpret_cast<const Inner&>(node); }

}  // namespace cowrite::ot
