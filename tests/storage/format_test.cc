// A data folder of each format that was released opens for ever, and reads as on its first day.
// make_fixture.cc made them.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "storage/rocksdb_log.h"
#include "tests/storage/format_fixture.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

TEST(Format, DataOfEachReleasedFormatReadsAsOnItsFirstDay) {
  std::size_t folders = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(COWRITE_STORAGE_TEST_DATA)) {
    if (!entry.is_directory()) continue;
    ++folders;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string expected = read_file(entry.path().string() + ".txt");
    ASSERT_NE(expected, "");
    const TempFolder temp;
    fs::copy(entry.path(), temp / "data");
    {
      const auto store = RocksDbStore::open(temp / "data", OpenMode::kReadOnly);
      ASSERT_TRUE(store) << store.error().message;
      EXPECT_EQ(fixture_contents(**store), expected);
    }
    for (int time = 0; time < 2; ++time) {  // The second time of what the first one has left.
      const auto log = open_folder(temp / "data");
      EXPECT_TRUE(log->store().was_shut_down_cleanly());
      EXPECT_EQ(fixture_contents(log->store()), expected);
      ASSERT_TRUE(log->store().compact());
      EXPECT_EQ(fixture_contents(log->store()), expected);
    }
  }
  EXPECT_GT(folders, 0U);
}

TEST(Format, DataOfAnOlderFormatIsWrittenOn) {
  const TempFolder temp;
  fs::copy(fs::path(COWRITE_STORAGE_TEST_DATA) / "format-1", temp / "data");
  const auto log = open_folder(temp / "data");
  Author author({"docs", "new"});
  author.create("new");
  EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  EXPECT_TRUE(same(*log->history().snapshot(author.key(), std::nullopt), author.newest()));
}

}  // namespace
}  // namespace cowrite::storage
