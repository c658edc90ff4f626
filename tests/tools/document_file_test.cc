#include "tools/cli/document_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "tests/storage/support.h"

namespace cowrite::cli {
namespace {

TEST(FileNames, AreSafeInAnyFolder) {
  EXPECT_EQ(file_name_of("notes.md"), "notes.md");
  EXPECT_EQ(file_name_of("Æther 日本 😀"), "Æther 日本 😀");
  EXPECT_EQ(file_name_of("a/b"), "a%2Fb");
  EXPECT_EQ(file_name_of(".."), "%2E.");
  EXPECT_EQ(file_name_of(".bashrc"), "%2Ebashrc");
  EXPECT_EQ(file_name_of("-rf"), "%2Drf");
  EXPECT_EQ(file_name_of("100%"), "100%25");
  EXPECT_EQ(file_name_of(std::string("a\0\n\x1b", 4)), "a%00%0A%1B");
  EXPECT_EQ(file_name_of("\xff"), "%FF");
}

TEST(FileNames, LeadBackToTheDocument) {
  for (const std::string document :
       {"notes.md", "a/b", "..", "-x", "~", "100%", "%2F", "%", "日本/x", "\xff\xfe", " "}) {
    EXPECT_EQ(document_of(file_name_of(document)), document);
  }
  EXPECT_EQ(document_of("50%41.txt"), "50%41.txt") << "export would have written 50A.txt";
  EXPECT_EQ(document_of("100%"), "100%");
}

TEST(FileNames, OfAnyLengthFitAndDiffer) {
  std::set<std::string> names;
  for (const char last : {'a', 'b'}) {
    for (const std::string& letter : {std::string("x"), std::string("/"), std::string("日")}) {
      std::string document;
      while (document.size() < 250) document += letter;
      const std::string name = file_name_of(document + last);
      EXPECT_LE(name.size() + std::string_view(".jsonl.part-1234567").size(), 255U);
      names.insert(name);
    }
  }
  EXPECT_EQ(names.size(), 6U);
  EXPECT_FALSE(file_name_of("").empty());
}

TEST(LineEndings, AreRememberedOnlyWhereAllAreCrlf) {
  EXPECT_TRUE(is_all_crlf("a\r\nb\r\n"));
  EXPECT_TRUE(is_all_crlf("\r\n"));
  EXPECT_FALSE(is_all_crlf(""));
  EXPECT_FALSE(is_all_crlf("a"));
  EXPECT_FALSE(is_all_crlf("a\nb\r\n"));
  EXPECT_FALSE(is_all_crlf("a\r\nb\n"));
  EXPECT_FALSE(is_all_crlf("a\rb\r\n"));
  EXPECT_FALSE(is_all_crlf("a\r\r\n"));
  EXPECT_FALSE(is_all_crlf("a\r\nb\r"));
  EXPECT_EQ(from_crlf("a\r\nb\r\n"), "a\nb\n");
  EXPECT_EQ(to_crlf(from_crlf("a\r\n\r\nb")), "a\r\n\r\nb");
}

Result<void> write_file(const std::string& path, std::string_view bytes, Existing existing) {
  Result<NewFile> file = NewFile::begin(path);
  if (!file) return file.error();
  if (Result<void> written = file->write(bytes); !written) return written;
  return file->finish(existing);
}

TEST(Files, AreWrittenWholeAndReplacedOnlyOnRequest) {
  const storage::TempFolder temp;
  const std::string path = temp / "x";
  EXPECT_TRUE(write_file(path, "one", Existing::kRefuse));
  EXPECT_EQ(write_file(path, "two", Existing::kRefuse).error().code, kErrFile);
  EXPECT_EQ(*read_file(path, 3), "one");
  EXPECT_TRUE(write_file(path, "two", Existing::kReplace));
  EXPECT_EQ(*read_file(path, 3), "two");
  EXPECT_EQ(read_file(path, 2).error().code, kErrFile);
  EXPECT_EQ(read_file(temp / "y", 2).error().code, kErrFile);
  EXPECT_EQ(read_file(temp.path(), 2).error().code, kErrFile);
  EXPECT_EQ(write_file(temp / "no/x", "", Existing::kRefuse).error().code, kErrFile);
  { const Result<NewFile> unfinished = NewFile::begin(temp / "z"); }
  const auto files = std::filesystem::directory_iterator(temp.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left lying about";
}

}  // namespace
}  // namespace cowrite::cli
