#include "server/history/difference.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "server/history/limits.h"

namespace cowrite::history {
namespace {

Difference difference(const std::string& before, const std::string& after,
                      const std::string& id = "notes") {
  return *make_difference({"docs", id}, VersionText{1, 0, before}, VersionText{2, 61'001, after});
}

// The diff without its header.
std::string hunks(const std::string& before, const std::string& after) {
  const std::string text = unified_diff(difference(before, after));
  return text.empty() ? text : text.substr(text.find("@@"));
}

TEST(UnifiedDiff, OfEqualTextsIsEmpty) {
  EXPECT_EQ(unified_diff(difference("", "")), "");
  EXPECT_EQ(unified_diff(difference("a\nb", "a\nb")), "");
}

TEST(UnifiedDiff, NamesTheVersions) {
  EXPECT_EQ(unified_diff(difference("a\n", "b\n")),
            "--- a/notes\tversion 1, 1970-01-01T00:00:00.000Z\n"
            "+++ b/notes\tversion 2, 1970-01-01T00:01:01.001Z\n"
            "@@ -1 +1 @@\n-a\n+b\n");
}

TEST(UnifiedDiff, ANameThatWouldEndEarlyIsQuoted) {
  const std::string diff = unified_diff(difference("a", "b", "a\"b\n\tcé\\"));
  EXPECT_EQ(diff.substr(0, diff.find("\tversion")), R"(--- "a/a\"b\012\011c\303\251\\")");
}

TEST(UnifiedDiff, ADocumentThatWasNotThereIsDevNull) {
  const Error absent{kErrDocumentAbsent, "docs/notes: was not there"};
  const std::string diff =
      unified_diff(*make_difference({"docs", "notes"}, absent, VersionText{1, 0, "a\nb\n"}));
  EXPECT_EQ(diff.substr(0, diff.find('\n')), "--- /dev/null");
  EXPECT_EQ(diff.substr(diff.find("@@")), "@@ -0,0 +1,2 @@\n+a\n+b\n");
}

TEST(UnifiedDiff, AnyOtherFailureIsHandedOn) {
  const Error unknown{kErrDocumentUnknown, "docs/notes: no such document"};
  EXPECT_EQ(make_difference({"docs", "notes"}, VersionText{}, unknown).error(), unknown);
}

TEST(UnifiedDiff, ShowsThreeLinesAround) {
  EXPECT_EQ(hunks("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n"),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, ChangesThatStandNearEachOtherShareAHunk) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  EXPECT_EQ(hunks(before, "X\n2\n3\n4\n5\n6\n7\nY\n9\n"),
            "@@ -1,9 +1,9 @@\n-1\n+X\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+Y\n 9\n");
  EXPECT_EQ(hunks(before, "X\n2\n3\n4\n5\n6\n7\n8\nY\n"),
            "@@ -1,4 +1,4 @@\n-1\n+X\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+Y\n");
}

TEST(UnifiedDiff, AMissingLineBreakAtTheEndIsSaid) {
  const std::string none = "\\ No newline at end of file\n";
  EXPECT_EQ(hunks("a\nb", "a\nc"), "@@ -1,2 +1,2 @@\n a\n-b\n" + none + "+c\n" + none);
  EXPECT_EQ(hunks("a", "a\n"), "@@ -1 +1 @@\n-a\n" + none + "+a\n");
  EXPECT_EQ(hunks("", "a"), "@@ -0,0 +1 @@\n+a\n" + none);
  EXPECT_EQ(hunks("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, ACarriageReturnBelongsToItsLine) {
  EXPECT_EQ(hunks("a\r\nb\n", "a\nb\n"), "@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n");
}

TEST(UnifiedDiff, TextsThatWouldTakeTooMuchMemoryAreNotCompared) {
  const std::size_t lines = kDiffBytesMax / kDiffBytesPerLine;
  const std::string many(lines, '\n');
  const Result<Difference> result =
      make_difference({"docs", "notes"}, VersionText{1, 0, "a"}, VersionText{2, 0, many});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, kErrTextTooLong);
  EXPECT_EQ(result.error().message,
            "docs/notes: two texts with " + std::to_string(lines + 1) + " bytes and " +
                std::to_string(lines + 1) +
                " lines are too long to be compared: twice the bytes, and 48 for each line, may be "
                "134217728");
}

// ---- patch(1) and git apply make the second text of the first

class AppliedBy : public testing::TestWithParam<const char*> {
 protected:
  AppliedBy() { std::filesystem::create_directory(folder_); }
  ~AppliedBy() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return text.str();
  }

  [[nodiscard]] bool run(const std::string& command) const {
    return std::system(
               ("cd " + folder_.string() + " && " + command + " >/dev/null 2>&1").c_str()) == 0;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cowrite-diff-" + std::to_string(::getpid()));
};

INSTANTIATE_TEST_SUITE_P(, AppliedBy,
                         testing::Values("patch -p1 --binary -i diff",
                                         "git apply --whitespace=nowarn diff"),
                         [](const auto& command) {
                           return std::string(command.param).starts_with("git") ? "Git" : "Patch";
                         });

TEST_P(AppliedBy, GivesTheOtherText) {
  const std::string tool = GetParam();
  if (!run(tool.substr(0, tool.find(' ')) + " --version")) {
    GTEST_SKIP() << "skipped: no " << tool;
  }
  std::mt19937_64 random(1);
  const auto text = [&random](std::string from) {
    static constexpr std::string_view kLines[] = {"a\n",  "b\n", "\n",   "c\r\n",
                                                  "é😀\n", " \n", "-- \n"};
    if (from.empty() || random() % 4 == 0)
      for (std::size_t lines = random() % 40; lines > 0; --lines)
        from += kLines[random() % std::size(kLines)];
    for (std::size_t edits = random() % 4; edits > 0; --edits) {
      const std::size_t line = from.find('\n', random() % (from.size() + 1)) + 1;
      from.insert(line, kLines[random() % std::size(kLines)]);
    }
    if (random() % 3 == 0) from += "the end";
    return from;
  };
  std::string before = text("");
  for (int i = 0; i < 40; ++i) {
    const std::string after = text(before);
    // An empty file that patch(1) makes it removes, so there is nothing to compare.
    if (after != before && !before.empty() && !after.empty()) {
      write("notes", before);
      write("diff", unified_diff(difference(before, after)));
      ASSERT_TRUE(run(tool)) << unified_diff(difference(before, after));
      ASSERT_EQ(read("notes"), after);
    }
    before = after.size() > 300 ? "" : after;
  }
}

}  // namespace
}  // namespace cowrite::history
