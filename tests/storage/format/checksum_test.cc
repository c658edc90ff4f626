#include "storage/format/checksum.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace cowrite::storage {
namespace {

// One bit at a time, straight from the definition.
std::uint32_t slow_crc32c(std::string_view bytes) {
  std::uint32_t remainder = ~std::uint32_t{0};
  for (const char byte : bytes) {
    remainder ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x82F63B78U : 0U);
    }
  }
  return ~remainder;
}

TEST(Checksum, EqualsThePublishedVectors) {  // RFC 3720, B.4.
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(Checksum, EqualsTheDefinitionAtEveryLengthAndInTwoParts) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 100; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random()));
    const std::uint32_t expected = slow_crc32c(bytes);
    for (std::size_t cut = 0; cut <= size; ++cut) {
      const std::string_view all = bytes;
      ASSERT_EQ(crc32c(all.substr(cut), crc32c(all.substr(0, cut))), expected)
          << size << " " << cut;
    }
  }
}

}  // namespace
}  // namespace cowrite::storage
