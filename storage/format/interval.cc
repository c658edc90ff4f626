#include "storage/format/interval.h"

#include <bit>

namespace cowrite::storage {
namespace {

constexpr unsigned kFirstExponent = 4;    // Of numbers that are not sizes themselves.
constexpr unsigned kCoarseExponent = 12;  // From here on a size has one digit of the number.
constexpr unsigned kFineDigits = 4;
constexpr unsigned kCoarseDigits = 1;
constexpr unsigned kFirstCoarseSize = 144;
constexpr unsigned kSizes = kFirstCoarseSize + 2 * (64 - kCoarseExponent);

constexpr std::uint64_t lowest(std::uint64_t bits, unsigned count) {
  return bits & ((std::uint64_t{1} << count) - 1);
}

// The digits of a number behind its first one, the upper of which are in its size.
struct Digits {
  unsigned exponent = 0;
  unsigned in_size = 0;

  [[nodiscard]] unsigned rest() const { return exponent - in_size; }
};

Digits digits_of(unsigned exponent) {
  return {exponent, exponent < kCoarseExponent ? kFineDigits : kCoarseDigits};
}

}  // namespace

void IntervalWriter::put(std::uint64_t interval_ms) {
  const auto exponent = static_cast<unsigned>(std::bit_width(interval_ms | 1)) - 1;
  if (exponent < kFirstExponent) {
    sizes_ += static_cast<char>(interval_ms);
    return;
  }
  const Digits digits = digits_of(exponent);
  const unsigned first = exponent < kCoarseExponent
                             ? 16 * (exponent - kFirstExponent + 1)
                             : kFirstCoarseSize + 2 * (exponent - kCoarseExponent);
  sizes_ += static_cast<char>(first + lowest(interval_ms >> digits.rest(), digits.in_size));
  put_bits(lowest(interval_ms, digits.rest()), digits.rest());
}

std::string IntervalWriter::bits() const {
  std::string bits = bits_;
  if (open_count_ > 0) bits += static_cast<char>(open_);
  return bits;
}

void IntervalWriter::put_bits(std::uint64_t bits, unsigned count) {
  constexpr unsigned kHalf = 32;
  if (count > kHalf) {
    put_bits(lowest(bits, kHalf), kHalf);
    bits >>= kHalf;
    count -= kHalf;
  }
  open_ |= bits << open_count_;
  for (open_count_ += count; open_count_ >= 8; open_count_ -= 8) {
    bits_ += static_cast<char>(open_);
    open_ >>= 8;
  }
}

std::uint64_t IntervalReader::take() {
  const unsigned size = sizes_.byte();
  if (size < 16) return size;
  if (size >= kSizes) {
    fail();
    return 0;
  }
  const unsigned exponent = size < kFirstCoarseSize
                                ? size / 16 - 1 + kFirstExponent
                                : (size - kFirstCoarseSize) / 2 + kCoarseExponent;
  const Digits digits = digits_of(exponent);
  const std::uint64_t upper = std::uint64_t{1} << digits.in_size | lowest(size, digits.in_size);
  return upper << digits.rest() | take_bits(digits.rest());
}

std::uint64_t IntervalReader::take_bits(unsigned count) {
  constexpr unsigned kHalf = 32;
  if (count > kHalf) {
    const std::uint64_t lower = take_bits(kHalf);
    return take_bits(count - kHalf) << kHalf | lower;
  }
  for (; open_count_ < count; open_count_ += 8) {
    open_ |= std::uint64_t{bits_.byte()} << open_count_;
  }
  const std::uint64_t bits = lowest(open_, count);
  open_ >>= count;
  open_count_ -= count;
  return bits;
}

}  // namespace cowrite::storage
