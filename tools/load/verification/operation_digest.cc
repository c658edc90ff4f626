#include "tools/load/verification/operation_digest.h"

#include <algorithm>

#include "ot/base/check.h"

namespace cowrite::load {
namespace {

// The last step of SplitMix64: every bit of the result depends on every bit of the value.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

std::uint64_t join(std::uint64_t hash, std::uint64_t value) {
  return mix(hash + 0x9E3779B97F4A7C15U + value);
}

// FNV-1a.
std::uint64_t join_text(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace

std::uint64_t hash_of(std::string_view text) { return join_text(join(0, text.size()), text); }

std::uint64_t hash_of(const ot::Operation& operation) {
  std::uint64_t hash = 0;
  for (const ot::Component& component : operation) {
    hash = join(hash, component.length << 2U | static_cast<std::uint64_t>(component.kind));
    if (component.kind == ot::Kind::kInsert) hash = join_text(hash, component.text);
  }
  return mix(hash);
}

std::uint64_t hash_of_inserts(const ot::Operation& operation) {
  std::uint64_t hash = 0;
  for (const ot::Component& component : operation) {
    if (component.kind == ot::Kind::kInsert) hash = join_text(hash, component.text);
  }
  return mix(hash);
}

void OperationDigest::add(std::uint64_t hash) {
  const std::size_t block = (end_ - begin_) / kBlock;
  if (block == blocks_.size()) blocks_.push_back(0);
  blocks_[block] = join(blocks_[block], hash);
  ++end_;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> OperationDigest::difference(
    const OperationDigest& other) const {
  CHECK(begin_ == other.begin_ && end_ == other.end_);
  const auto [mine, theirs] = std::ranges::mismatch(blocks_, other.blocks_);
  if (mine == blocks_.end()) return std::nullopt;
  const std::uint64_t first = begin_ + static_cast<std::uint64_t>(mine - blocks_.begin()) * kBlock;
  return std::pair(first, std::min(first + kBlock, end_) - 1);
}

}  // namespace cowrite::load
