// DocumentKey: the name of a document, a pair of two arbitrary byte strings. Never joined with a
// separator: ("a.b", "c") and ("a", "b.c") are two documents.
#pragma once

#include <compare>
#include <functional>
#include <string>

namespace cowrite::storage {

struct DocumentKey {
  std::string collection;
  std::string id;

  friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};

}  // namespace cowrite::storage

template <>
struct std::hash<cowrite::storage::DocumentKey> {
  std::size_t operator()(const cowrite::storage::DocumentKey& key) const noexcept {
    const std::size_t first = std::hash<std::string>{}(key.collection);
    return std::hash<std::string>{}(key.id) ^ (first * 0x9E3779B97F4A7C15U + (first >> 7));
  }
};
