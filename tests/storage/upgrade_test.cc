// A folder of format 1 becomes one of ours when it is opened for writing, also if that is cut short
// anywhere; whoever only reads leaves it as it is.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/restore_backup.h"
#include "storage/rocksdb_log.h"
#include "storage/store/format_version.h"
#include "tests/storage/fault_env.h"
#include "tests/storage/format_fixture.h"
#include "tests/storage/support.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

class UpgradeTest : public testing::Test {
 protected:
  UpgradeTest() { fs::copy(fs::path(COWRITE_STORAGE_TEST_DATA) / "format-1", data_); }

  // The files of a folder but those in which RocksDB finds its own settings and locks.
  static std::map<std::string, std::string> files(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (name != "LOCK") files[name] = read_file(entry.path());
    }
    return files;
  }

  static std::vector<std::string> tables(const std::string& folder) {
    std::vector<std::string> names;
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder, &names).ok());
    std::ranges::sort(names);
    return names;
  }

  // Opens it for writing. Returns from which version it was upgraded.
  std::optional<std::uint64_t> upgrade(const std::string& folder) {
    std::optional<std::uint64_t> upgraded;
    LogOptions options;
    options.store.upgraded = [&upgraded](std::uint64_t from) { upgraded = from; };
    const auto log = RocksDbLog::open(folder, OpenMode::kReadWrite, options);
    EXPECT_TRUE(log) << log.error().message;
    if (log) expect_whole((*log)->store());
    return upgraded;
  }

  void expect_whole(const Store& store) const {
    EXPECT_EQ(fixture_contents(store), expected_);
    EXPECT_EQ(*store.view()->get(Table::kMeta, kFormatKey), std::to_string(kFormatVersion));
  }

  // Opened for reading, it has all that it had, whatever format it is of.
  void expect_readable(const std::string& folder) const {
    const auto store = RocksDbStore::open(folder, OpenMode::kReadOnly);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(fixture_contents(**store), expected_);
  }

  const TempFolder temp_{quick_folder()};
  const std::string data_ = temp_ / "data";
  const std::string expected_ = read_file(COWRITE_STORAGE_TEST_DATA "/format-1.txt");
  const std::vector<std::string> tables_of_1_ = {"checkpoints", "default", "records", "sources"};
  const std::vector<std::string> tables_now_ = {"access", "checkpoints", "default", "records",
                                                "sources"};
};

TEST_F(UpgradeTest, OpeningForWritingUpgradesOnceAndSaysSo) {
  ASSERT_EQ(tables(data_), tables_of_1_);
  EXPECT_EQ(upgrade(data_), 1U);
  EXPECT_EQ(tables(data_), tables_now_);
  EXPECT_EQ(upgrade(data_), std::nullopt);
  EXPECT_EQ(describe_upgrade(1),
            "the folder's format was upgraded from 1 to 2: earlier releases cannot open it any "
            "more; a backup is the way back");
}

TEST_F(UpgradeTest, ReadingChangesNoByte) {
  const std::map<std::string, std::string> before = files(data_);
  expect_readable(data_);
  EXPECT_EQ(files(data_), before);
}

TEST_F(UpgradeTest, ABackupIsMadeOfAnOlderFormatAsItIs) {
  const std::map<std::string, std::string> before = files(data_);
  {
    const auto store = RocksDbStore::open(data_, OpenMode::kWriteLater);
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->back_up(temp_ / "backups", BeforeBackup::kNothing));
  }
  EXPECT_EQ(files(data_), before);
  expect_readable(temp_ / "backups");

  const Result<RestoredBackup> restored =
      restore_backup(temp_ / "backups", temp_ / "new", DamagedDocuments::kRefused);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->upgraded_from, 1U);
  EXPECT_EQ(upgrade(temp_ / "new"), std::nullopt);
  expect_readable(temp_ / "backups");

  const Result<RestoredBackup> saved =
      restore_backup(temp_ / "backups", temp_ / "saved", DamagedDocuments::kLeftOut);
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_TRUE(saved->left_out.empty());
  EXPECT_EQ(saved->upgraded_from, std::nullopt) << "its entries were written anew";
  EXPECT_EQ(tables(temp_ / "saved"), tables_now_);
}

TEST_F(UpgradeTest, ADiskThatIsLowPutsItOffUntilTheFirstCommit) {
  std::optional<std::uint64_t> upgraded;
  std::uint64_t free_bytes = 0;
  LogOptions options;
  options.store.upgraded = [&upgraded](std::uint64_t from) { upgraded = from; };
  options.free_bytes = [&free_bytes] { return free_bytes; };
  {
    const auto log = *RocksDbLog::open(data_, OpenMode::kReadWrite, options);
    EXPECT_EQ(fixture_contents(log->store()), expected_);
    EXPECT_EQ(upgraded, std::nullopt);
  }
  EXPECT_EQ(tables(data_), tables_of_1_);
  free_bytes = kDiskReserveBytes * 2;
  const auto log = *RocksDbLog::open(data_, OpenMode::kReadWrite, options);
  EXPECT_EQ(upgraded, 1U);
}

// With the power cut before any operation on the disk, or the operation failing.
TEST_F(UpgradeTest, CutShortAnywhereItGoesOnWithTheNextOpening) {
  std::vector<std::string> cuts;
  FaultEnv env(data_);
  env.before_each([&](std::uint64_t operation) {
    cuts.push_back(temp_ / ("cut-" + std::to_string(operation)));
    // Nothing is left that was not synced, or some of it.
    env.cut_power(cuts.back(), operation % 2 == 0 ? std::nullopt : std::optional(operation));
  });
  ASSERT_TRUE(RocksDbLog::open(data_, OpenMode::kReadWrite, trial_options(env.env())));
  env.before_each(nullptr);
  ASSERT_FALSE(cuts.empty());
  std::size_t between = 0;  // Folders of the new format that lack a table.
  for (const std::string& cut : cuts) {
    SCOPED_TRACE(cut);
    expect_readable(cut);
    const bool lacks_table = tables(cut) == tables_of_1_;
    const bool goes_on = !upgrade(cut) && lacks_table;
    between += goes_on ? 1 : 0;
    EXPECT_EQ(tables(cut), tables_now_);
    fs::remove_all(cut);
    if (HasFailure()) return;
  }
  EXPECT_GT(between, 0U);
}

TEST_F(UpgradeTest, AnOperationThatFailsLeavesAFolderThatTheNextOpeningUpgrades) {
  const auto open_with = [](const std::string& folder, const Fault& fault) {
    FaultEnv env(folder);
    env.set_fault(fault);
    static_cast<void>(RocksDbLog::open(folder, OpenMode::kReadWrite, trial_options(env.env())));
    return env.operations();
  };
  fs::copy(data_, temp_ / "whole");
  const std::uint64_t operations = open_with(temp_ / "whole", Fault());
  for (std::uint64_t first = 1; first <= operations && !HasFailure(); ++first) {
    SCOPED_TRACE("operation " + std::to_string(first));
    const std::string copy = temp_ / ("copy-" + std::to_string(first));
    fs::copy(data_, copy);
    static_cast<void>(open_with(copy, Fault{.first = first, .no_space = first % 2 == 0}));
    expect_readable(copy);
    static_cast<void>(upgrade(copy));
    EXPECT_EQ(tables(copy), tables_now_);
    fs::remove_all(copy);
  }
  EXPECT_GT(operations, 5U);
}

}  // namespace
}  // namespace cowrite::storage
