#include "storage/seeded_hash.h"

#include <bit>
#include <cstring>
#include <optional>
#include <random>

#include "ot/base/check.h"

namespace cowrite::storage {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie");

class SipState {
 public:
  explicit SipState(const HashSeed& seed)
      : a_(seed.low ^ 0x736F6D6570736575),
        b_(seed.high ^ 0x646F72616E646F6D),
        c_(seed.low ^ 0x6C7967656E657261),
        d_(seed.high ^ 0x7465646279746573) {}

  void take(std::uint64_t word) {
    d_ ^= word;
    round();
    a_ ^= word;
  }

  [[nodiscard]] std::uint64_t finish() {
    c_ ^= 0xFF;
    for (int i = 0; i < 3; ++i) round();
    return a_ ^ b_ ^ c_ ^ d_;
  }

 private:
  void round() {
    a_ += b_;
    b_ = std::rotl(b_, 13) ^ a_;
    a_ = std::rotl(a_, 32);
    c_ += d_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ += d_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ += b_;
    b_ = std::rotl(b_, 17) ^ c_;
    c_ = std::rotl(c_, 32);
  }

  std::uint64_t a_;
  std::uint64_t b_;
  std::uint64_t c_;
  std::uint64_t d_;
};

std::optional<HashSeed>& fixed_seed() {
  static std::optional<HashSeed> fixed;
  return fixed;
}

HashSeed random_seed() {
  std::random_device device;
  const auto word = [&device] { return std::uint64_t{device()} << 32 | device(); };
  return {word(), word()};
}

const HashSeed& process_seed() {
  static const HashSeed kSeed = fixed_seed() ? *fixed_seed() : random_seed();
  return kSeed;
}

}  // namespace

std::uint64_t sip_hash(std::string_view bytes, const HashSeed& seed) {
  SipState state(seed);
  std::uint64_t last = std::uint64_t{bytes.size()} << 56;
  for (; bytes.size() >= sizeof last; bytes.remove_prefix(sizeof last)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    state.take(word);
  }
  std::uint64_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  state.take(last | rest);
  return state.finish();
}

void fix_hash_seed(const HashSeed& seed) {
  fixed_seed() = seed;
  CHECK(process_seed() == seed);
}

std::size_t seeded_hash(std::string_view bytes) { return sip_hash(bytes, process_seed()); }

}  // namespace cowrite::storage
