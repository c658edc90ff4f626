// Intervals between the times of records, in two columns: their sizes, of which few kinds are
// common, so that packing makes them short, and their lower bits, which are as good as random.
//
//     milliseconds        size                                   bits
//     0 .. 15             the number                             none
//     2^e .. 2^(e+1)-1    16 (e - 3) + the next 4 binary digits  the other e - 4,  e from 4 to 11
//                         144 + 2 (e - 12) + the next digit      the other e - 1,  e from 12 to 63
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/format/value.h"

namespace cowrite::storage {

class IntervalWriter {
 public:
  void put(std::uint64_t interval_ms);

  [[nodiscard]] const std::string& sizes() const { return sizes_; }
  // The bits of each interval from its lowest, in bytes that are filled from their lowest bit.
  [[nodiscard]] std::string bits() const;

 private:
  void put_bits(std::uint64_t bits, unsigned count);

  std::string sizes_;
  std::string bits_;
  std::uint64_t open_ = 0;  // Bits that do not fill a byte.
  unsigned open_count_ = 0;
};

class IntervalReader {
 public:
  IntervalReader(std::string_view sizes, std::string_view bits) : sizes_(sizes), bits_(bits) {}

  std::uint64_t take();
  void fail() { sizes_.fail(); }
  [[nodiscard]] bool failed() const { return sizes_.failed() || bits_.failed(); }
  [[nodiscard]] bool whole() const { return sizes_.whole() && bits_.whole() && open_ == 0; }

 private:
  std::uint64_t take_bits(unsigned count);

  ValueReader sizes_;
  ValueReader bits_;
  std::uint64_t open_ = 0;  // Bits that were read, and not taken.
  unsigned open_count_ = 0;
};

}  // namespace cowrite::storage
