#include "ot/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "ot/rope/text_size.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

// Validity by the definition: decode by the lead byte alone, then refuse what no code point is
// encoded as.
bool is_plainly_valid(const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC0 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF8 ? 4
                                             : 0;
    if (length == 0 || length > bytes.size() - at) return false;
    const std::string one = bytes.substr(at, length);
    for (std::size_t index = 1; index < length; ++index) {
      if (!utf8::is_continuation(one[index])) return false;
    }
    const std::u32string decoded = to_code_points(one);
    if (decoded[0] > 0x10FFFF || (decoded[0] >= 0xD800 && decoded[0] <= 0xDFFF)) return false;
    if (to_utf8(decoded) != one) return false;  // Longer than needed.
    at += length;
  }
  return true;
}

std::string bytes_of(std::uint32_t value, int count) {
  std::string bytes;
  while (count-- > 0) bytes.push_back(static_cast<char>(value >> (8 * count)));
  return bytes;
}

TEST(Utf8, EverySequenceOfUpToThreeBytesIsJudgedByTheDefinition) {
  for (int count = 0; count <= 3; ++count) {
    for (std::uint32_t value = 0; value < (std::uint32_t{1} << (8 * count)); ++value) {
      const std::string bytes = bytes_of(value, count);
      ASSERT_EQ(utf8::is_valid(bytes), is_plainly_valid(bytes)) << value;
    }
  }
}

TEST(Utf8, SequencesOfFourBytesAreJudgedByTheDefinition) {
  for (std::uint32_t high = 0xEF00; high <= 0xF9FF; ++high) {
    for (const std::uint32_t low :
         {0x8080U, 0xBFBFU, 0x80BFU, 0x7F80U, 0x807FU, 0xC080U, 0x80C0U}) {
      const std::string bytes = bytes_of((high << 16U) | low, 4);
      ASSERT_EQ(utf8::is_valid(bytes), is_plainly_valid(bytes)) << high << " " << low;
    }
  }
}

TEST(Utf8, OneBadByteIsFoundWhereverItStands) {
  for (std::size_t length = 1; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      EXPECT_TRUE(utf8::is_valid(text));
      text[at] = static_cast<char>(0xFF);
      EXPECT_FALSE(utf8::is_valid(text)) << length << " " << at;
    }
  }
}

TEST(Utf8, CountsAndOffsetsEqualThePlainOnes) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string text = random.text(random.below(400));
    const std::u32string code_points = to_code_points(text);
    ASSERT_TRUE(utf8::is_valid(text));
    ASSERT_EQ(utf8::count_code_points(text), code_points.size());
    std::size_t units = 0;
    std::size_t newlines = 0;
    std::size_t bytes = 0;
    for (std::size_t index = 0; index < code_points.size(); ++index) {
      ASSERT_EQ(utf8::byte_offset(text, index), bytes);
      ASSERT_EQ(utf8::byte_offset_from_end(text, code_points.size() - index), bytes);
      ASSERT_EQ(utf8::byte_offset_of_utf16(text, units), bytes);
      const bool is_pair = code_points[index] > 0xFFFF;
      ASSERT_EQ(utf8::byte_offset_of_utf16(text, units + (is_pair ? 1 : 0)), bytes);
      bytes += to_utf8(code_points.substr(index, 1)).size();
      units += code_points[index] > 0xFFFF ? 2 : 1;
      newlines += code_points[index] == '\n' ? 1 : 0;
    }
    ASSERT_EQ(utf8::byte_offset(text, code_points.size()), text.size());
    ASSERT_EQ(utf8::byte_offset_from_end(text, 0), text.size());
    ASSERT_EQ(utf8::byte_offset_of_utf16(text, units), text.size());
    const TextSize size = measure(text);
    ASSERT_EQ(size.bytes, text.size());
    ASSERT_EQ(size.code_points, code_points.size());
    ASSERT_EQ(size.utf16_units, units);
    ASSERT_EQ(size.newlines, newlines);
  }
}

TEST(Utf8, SizesOfLongTextsAreCounted) {
  std::string text;
  for (int n = 0; n < 100'000; ++n) text += "\n😀";
  const TextSize size = measure(text);
  EXPECT_EQ(size.bytes, 500'000U);
  EXPECT_EQ(size.code_points, 200'000U);
  EXPECT_EQ(size.utf16_units, 300'000U);
  EXPECT_EQ(size.newlines, 100'000U);
}

TEST(Utf8, FloorsAnOffsetToTheCodePointAroundIt) {
  EXPECT_EQ(utf8::floor_boundary("a😀b", 3), 1U);
  EXPECT_EQ(utf8::floor_boundary("a😀b", 5), 5U);
  EXPECT_EQ(utf8::floor_boundary("a😀b", 6), 6U);
}

}  // namespace
}  // namespace cowrite::ot
