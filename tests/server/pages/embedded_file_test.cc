#include "server/pages/embedded_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace cowrite::pages {

std::span<const EmbeddedFile> embedded_test_site();
std::span<const EmbeddedFile> embedded_nothing();

namespace {

std::string on_disk(std::string_view path) {
  std::ifstream file(TEST_SITE + std::string(path), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

TEST(EmbeddedFile, EveryFileOfTheFolderIsThereToTheByte) {
  std::set<std::string_view> paths;
  for (const EmbeddedFile& file : embedded_test_site()) {
    paths.insert(file.path);
    EXPECT_FALSE(file.content.empty());
    EXPECT_EQ(file.content, on_disk(file.path)) << file.path;
  }
  EXPECT_EQ(paths, (std::set<std::string_view>{"/assets/editor-1a2b3c.js",
                                               "/assets/tiny-4d5e6f.css", "/editor.html",
                                               "/favicon.svg", "/index.html", "/status.html"}));
}

TEST(EmbeddedFile, CompressedFormIsGzipOfTheContent) {
  for (const EmbeddedFile& file : embedded_test_site()) {
    ASSERT_GE(file.gzip.size(), 18U);
    EXPECT_EQ(file.gzip.substr(0, 3), "\x1F\x8B\x08") << file.path;
    const std::string_view trailer = file.gzip.substr(file.gzip.size() - 8);
    EXPECT_EQ(little_endian(trailer), crc32(file.content)) << file.path;
    EXPECT_EQ(little_endian(trailer.substr(4)), file.content.size()) << file.path;
  }
}

TEST(EmbeddedFile, AFolderThatDoesNotExistHoldsNothing) { EXPECT_TRUE(embedded_nothing().empty()); }

}  // namespace
}  // namespace cowrite::pages
