// Digests by which operations are compared without being kept: what a client was told of a
// document, and what the document's history has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "ot/operation.h"

namespace cowrite::load {

// Of a text.
[[nodiscard]] std::uint64_t hash_of(std::string_view text);
// Of all that an operation does: what it retains and deletes, and the texts that it inserts.
[[nodiscard]] std::uint64_t hash_of(const ot::Operation& operation);
// Of the texts that it inserts, which no transformation changes.
[[nodiscard]] std::uint64_t hash_of_inserts(const ot::Operation& operation);

// The hashes of the operations of a document from one version on. Eight bytes for sixteen
// operations, so that every follower of a long history can have its own.
class OperationDigest {
 public:
  OperationDigest() = default;
  explicit OperationDigest(std::uint64_t begin) : begin_(begin), end_(begin) {}

  // The next version's.
  void add(std::uint64_t hash);

  // The first version that is in it, and the one after the last.
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  // The first few versions among which the two differ, as first and last. REQUIRES: both begin and
  // end at the same version.
  [[nodiscard]] std::optional<std::pair<std::uint64_t, std::uint64_t>> difference(
      const OperationDigest& other) const;

 private:
  static constexpr std::size_t kBlock = 16;

  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::vector<std::uint64_t> blocks_;
};

}  // namespace cowrite::load
