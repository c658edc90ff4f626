#include "storage/format/keys.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

using namespace std::string_literals;

// All strings of up to `length` of the bytes that the escaping knows, and one that it does not.
std::vector<std::string> tiny_strings(std::size_t length) {
  std::vector<std::string> strings = {""};
  for (std::size_t i = 0; i < strings.size() && strings[i].size() < length; ++i) {
    for (const char byte : "\x01\xFF"s + "a" + '\0') strings.push_back(strings[i] + byte);
  }
  return strings;
}

std::vector<DocumentKey> tiny_names() {
  std::vector<DocumentKey> names;
  for (const std::string& collection : tiny_strings(3)) {
    for (const std::string& id : tiny_strings(2)) names.push_back({collection, id});
  }
  return names;
}

TEST(Keys, DocumentNamesSortAsTheDocumentsDo) {
  const std::vector<DocumentKey> names = tiny_names();
  std::vector<std::string> encoded;
  for (const DocumentKey& name : names) encoded.push_back(document_name_key(name));
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t k = 0; k < names.size(); ++k) {
      ASSERT_EQ(names[i] <=> names[k], encoded[i].compare(encoded[k]) <=> 0)
          << describe(names[i]) << ", " << describe(names[k]);
    }
  }
}

TEST(Keys, DocumentNamesComeBack) {
  for (const DocumentKey& name : tiny_names()) {
    ASSERT_EQ(*decode_document_name_key(document_name_key(name)), name) << describe(name);
  }
  std::mt19937 random(2);
  for (int round = 0; round < 2'000; ++round) {
    std::string collection, id;
    for (std::size_t i = random() % 40; i > 0; --i) {
      collection.push_back(static_cast<char>(random()));
      id.push_back(static_cast<char>(random() % 3));
    }
    const DocumentKey name(collection, id);
    ASSERT_EQ(*decode_document_name_key(document_name_key(name)), name) << describe(name);
  }
}

TEST(Keys, NamesThatJoinToTheSameTextAreDifferentKeys) {
  EXPECT_NE(document_name_key({"a.b", "c"}), document_name_key({"a", "b.c"}));
  EXPECT_NE(document_name_key({"ab", "c"}), document_name_key({"a", "bc"}));
  EXPECT_NE(document_name_key({"a\0\x01"s, "b"}), document_name_key({"a", "\0\x01"s + "b"}));
}

TEST(Keys, ADamagedDocumentNameIsReported) {
  for (const std::string& bytes : {""s, "d"s, "x\0\x01"s, "da"s, "da\0"s, "da\0\x02"s}) {
    const Result<DocumentKey> name = decode_document_name_key(bytes);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, kErrDamaged);
  }
}

TEST(Keys, TheRangeFromADocumentBeginsWithItAndGoesOnWithTheNextPossibleName) {
  const KeyRange range = document_names_from({"docs", "a"});
  EXPECT_EQ(document_name_key({"docs", "a"}), range.from);
  EXPECT_EQ(key_after({"docs", "a"}), DocumentKey("docs", "a\0"s));
  EXPECT_GT(document_name_key({"docs", "a\0"s}), range.from);
  EXPECT_LT(document_name_key({"\xFF\xFF", "\xFF\xFF"}), range.to);
}

TEST(Keys, VersionsSortByNumber) {
  const std::vector<std::uint64_t> numbers = {0,     1,       2,          255,       256,
                                              65535, 1 << 24, 1ULL << 32, ~0ULL - 1, ~0ULL};
  std::string last;
  for (const std::uint64_t document : numbers) {
    for (const std::uint64_t version : numbers) {
      const std::string key = version_key(document, version);
      EXPECT_LT(last, key);
      last = key;
      EXPECT_EQ(decode_version_key(key)->number, document);
      EXPECT_EQ(decode_version_key(key)->version, version);
    }
  }
  EXPECT_EQ(decode_version_key("short").error().code, kErrDamaged);
}

TEST(Keys, SourcesOfDifferentDocumentsAreDifferentKeys) {
  EXPECT_NE(source_key(1, ""), source_key(2, ""));
  EXPECT_NE(source_key(1, "\0"s), source_key(1, ""));
}

TEST(Keys, ADescriptionShowsControlCharactersWithoutSendingThem) {
  EXPECT_EQ(describe({"docs", "a\"b\x1B[2J\0é"s}), "docs/a\"b\\x1b[2J\\x00é");
}

}  // namespace
}  // namespace cowrite::storage
