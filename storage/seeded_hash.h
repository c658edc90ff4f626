// SeededHash: hashes names that clients choose. With a hash that everybody knows, a client could
// choose names that all fall into one bucket, and make each look at them slow; this one is
// SipHash-1-3 under a seed that is random in every process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace cowrite::storage {

struct HashSeed {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend bool operator==(const HashSeed&, const HashSeed&) = default;
};

// SipHash-1-3 of the bytes.
[[nodiscard]] std::uint64_t sip_hash(std::string_view bytes, const HashSeed& seed);

// For programs that must do the same at every run. REQUIRES: nothing was hashed before.
void fix_hash_seed(const HashSeed& seed);

// Under the process's seed.
[[nodiscard]] std::size_t seeded_hash(std::string_view bytes);

struct SeededHash {
  std::size_t operator()(const std::string& name) const { return seeded_hash(name); }
};

// For containers whose keys are names, or have a seeded hash of their own (DocumentKey).
template <typename Key>
using NameHash = std::conditional_t<std::is_same_v<Key, std::string>, SeededHash, std::hash<Key>>;

}  // namespace cowrite::storage
