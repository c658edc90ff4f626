// A disk that fills up: with a reserve, commits wait and go on by themselves; without one, the
// first write that finds no room is the last. Nothing that was acknowledged is lost either way.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <random>
#include <string>

#include "storage/errors.h"
#include "storage/read/stored_history.h"
#include "storage/read/verify.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/fault_env.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// Something that does not compress.
void paste(Author& author) {
  static std::mt19937_64 random(1);
  std::string text(20'000, ' ');
  for (char& character : text) character = static_cast<char>('!' + random() % 90);
  author.newest().exists ? author.later(1).insert(0, text) : author.create(text);
}

void expect_whole(const RocksDbLog& log, const Author& author, std::uint64_t acknowledged) {
  const Result<Snapshot> newest = log.history().snapshot(author.key(), std::nullopt);
  ASSERT_TRUE(newest) << newest.error().message;
  EXPECT_GE(newest->version, acknowledged);
  EXPECT_TRUE(same(*newest, author.snapshots().at(newest->version)));
}

// Pastes until commits wait for room; returns the append that waits.
std::future<AppendOutcome> fill_to_reserve(RocksDbLog& log, Author& author) {
  while (true) {
    paste(author);
    auto outcome = std::make_shared<std::promise<AppendOutcome>>();
    std::future<AppendOutcome> known = outcome->get_future();
    log.append(author.take(), [outcome](AppendOutcome reached) { outcome->set_value(reached); });
    while (known.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      if (log.health().waits_for_disk) return known;
    }
    EXPECT_EQ(known.get(), AppendOutcome::kCommitted);
    log.save_checkpoint(author.key(), author.newest());
  }
}

// What holds on a disk of any kind.
void expect_wait_and_recovery(const std::string& folder, const LogOptions& options,
                              const std::function<void()>& make_room) {
  Author author({"docs", "long"});
  {
    const auto log = RocksDbLog::open(folder, OpenMode::kReadWrite, options);
    ASSERT_TRUE(log) << log.error().message;
    std::future<AppendOutcome> waiting = fill_to_reserve(**log, author);
    expect_whole(**log, author, author.records().size() - 1);
    make_room();
    EXPECT_EQ(waiting.get(), AppendOutcome::kCommitted);
    EXPECT_FALSE((*log)->health().waits_for_disk);
    paste(author);
    EXPECT_EQ(append(**log, author.take()), AppendOutcome::kCommitted);
    EXPECT_FALSE((*log)->failure());
  }
  const auto log = RocksDbLog::open(folder, OpenMode::kReadWrite, options);
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_TRUE((*log)->store().was_shut_down_cleanly());
  expect_whole(**log, author, author.records().size());
  EXPECT_TRUE(prove((*log)->store(), author.key()));
}

TEST(DiskFull, CommitsWaitBelowTheReserveAndGoOnWhenThereIsRoom) {
  const TempFolder temp(quick_folder());
  FaultEnv env(temp / "data");
  env.set_quota(40 * kMiB);
  LogOptions options = trial_options(env.env());
  options.disk_reserve_bytes = 24 * kMiB;  // Compaction may need twice what is stored for a moment.
  options.free_bytes = [&env] { return env.free_bytes(); };
  expect_wait_and_recovery(temp / "data", options, [&env] { env.set_quota(160 * kMiB); });
}

TEST(DiskFull, WithoutAReserveTheFirstWriteThatFindsNoRoomIsTheLast) {
  for (const std::uint64_t quota : {2 * kMiB, 3 * kMiB + 17, 5 * kMiB + 1'234}) {
    const TempFolder temp(quick_folder());
    FaultEnv env(temp / "data");
    env.set_quota(quota);
    Author author({"docs", "long"});
    std::uint64_t acknowledged = 0;
    {
      const auto log =
          RocksDbLog::open(temp / "data", OpenMode::kReadWrite, trial_options(env.env()));
      ASSERT_TRUE(log) << log.error().message;
      AppendOutcome outcome = AppendOutcome::kCommitted;
      while (outcome == AppendOutcome::kCommitted) {
        acknowledged = author.records().size();
        paste(author);
        outcome = append(**log, author.take());
      }
      EXPECT_EQ(outcome, AppendOutcome::kUnknown);
      env.set_quota(10 * quota);
      paste(author);
      EXPECT_EQ(append(**log, author.take()), AppendOutcome::kRefused);
      expect_whole(**log, author, acknowledged);
    }
    const auto log =
        RocksDbLog::open(temp / "data", OpenMode::kReadWrite, trial_options(env.env()));
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_FALSE((*log)->store().was_shut_down_cleanly());
    expect_whole(**log, author, acknowledged);
  }
}

// A file system of its own, where the test may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(std::uint64_t bytes) {
    const std::string size = "size=" + std::to_string(bytes);
    mounted_ = mount("tmpfs", temp_.path().c_str(), "tmpfs", 0, size.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) {
      EXPECT_EQ(umount2(temp_.path().c_str(), MNT_DETACH), 0);
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] bool is_mounted() const { return mounted_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return temp_ / name; }

 private:
  TempFolder temp_;
  bool mounted_ = false;
};

TEST(DiskFull, OnARealFileSystemToo) {
  const SmallDisk disk(256 * kMiB);
  if (!disk.is_mounted()) {
    std::printf("skipped: no mount\n");
    return;
  }
  std::filesystem::create_directory(disk / "data");
  { std::ofstream(disk / "others") << std::string(192 * kMiB, 'x'); }
  LogOptions options = trial_options(nullptr);
  options.disk_reserve_bytes = 40 * kMiB;  // More than is stored by then, which compaction needs.
  options.free_bytes = nullptr;
  expect_wait_and_recovery(disk / "data", options,
                           [&disk] { std::filesystem::remove(disk / "others"); });
}

// Leaves not a byte free.
class Filler {
 public:
  explicit Filler(std::string path) : path_(std::move(path)) {
    std::ofstream others(path_);
    while (others << std::string(4'096, 'x') << std::flush) {
    }
  }
  ~Filler() { std::filesystem::remove(path_); }
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;

 private:
  const std::string path_;
};

LogOptions real_options(std::uint64_t reserve) {
  LogOptions options = trial_options(nullptr);
  options.disk_reserve_bytes = reserve;
  options.free_bytes = nullptr;
  return options;
}

TEST(DiskFull, ABackupIsTakenWithoutAFreeByteAndWritingGoesOnWhenThereIsRoom) {
  const SmallDisk disk(64 * kMiB);
  if (!disk.is_mounted()) {
    std::printf("skipped: no mount\n");
    return;
  }
  const TempFolder elsewhere(quick_folder());
  Author author({"docs", "long"});
  const auto log = RocksDbLog::open(disk / "data", OpenMode::kReadWrite, real_options(8 * kMiB));
  ASSERT_TRUE(log) << log.error().message;
  for (int i = 0; i < 20; ++i) paste(author);
  ASSERT_EQ(append(**log, author.take()), AppendOutcome::kCommitted);
  {
    const Filler filler(disk / "others");
    for (int i = 0; i < 2; ++i) {
      const Result<BackupInfo> backup = (*log)->back_up(elsewhere / "backups", {});
      ASSERT_TRUE(backup) << backup.error().message;
    }
    EXPECT_FALSE((*log)->failure());
  }
  paste(author);
  EXPECT_EQ(append(**log, author.take()), AppendOutcome::kCommitted);
  EXPECT_TRUE((*log)->back_up(elsewhere / "backups", {}));
  ASSERT_TRUE(RocksDbStore::restore(elsewhere / "backups", elsewhere / "restored"));
  for (const char* const folder : {"backups", "restored"}) {
    const auto store = RocksDbStore::open(elsewhere / folder, OpenMode::kReadOnly);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(prove(**store, author.key())->records, author.records().size());
  }
}

TEST(DiskFull, AStartWithoutAFreeByteReadsAndWritingGoesOnWhenThereIsRoom) {
  const SmallDisk disk(64 * kMiB);
  if (!disk.is_mounted()) {
    std::printf("skipped: no mount\n");
    return;
  }
  Author author({"docs", "long"});
  for (const bool is_closed : {true, false}) {
    {
      auto log = RocksDbLog::open(disk / "data", OpenMode::kReadWrite, real_options(8 * kMiB));
      ASSERT_TRUE(log) << log.error().message;
      for (int i = 0; i < 20; ++i) paste(author);
      ASSERT_EQ(append(**log, author.take()), AppendOutcome::kCommitted);
      if (!is_closed) {
        const Filler filler(disk / "others");  // So it cannot be flushed.
        log->reset();
      }
    }
    auto filler = std::make_unique<Filler>(disk / "others");
    const auto log = RocksDbLog::open(disk / "data", OpenMode::kReadWrite, real_options(8 * kMiB));
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ((*log)->store().was_shut_down_cleanly(), is_closed);
    expect_whole(**log, author, author.records().size());
    const TempFolder elsewhere(quick_folder());
    ASSERT_TRUE((*log)->back_up(elsewhere / "backups", {}));
    const auto backup = RocksDbStore::open(elsewhere / "backups", OpenMode::kReadOnly);
    ASSERT_TRUE(backup) << backup.error().message;
    EXPECT_EQ(prove(**backup, author.key())->records, author.records().size());
    EXPECT_EQ(RocksDbStore::open(disk / "data", OpenMode::kReadWrite).error().code, kErrInUse);
    const std::unique_ptr<const View> before = (*log)->store().view();
    paste(author);
    auto outcome = std::make_shared<std::promise<AppendOutcome>>();
    (*log)->append(author.take(), [outcome](AppendOutcome known) { outcome->set_value(known); });
    EXPECT_TRUE((*log)->health().waits_for_disk);
    filler.reset();
    EXPECT_EQ(outcome->get_future().get(), AppendOutcome::kCommitted);
    expect_whole(**log, author, author.records().size());
    EXPECT_EQ(StoredHistory(*before).info(author.key())->value().version,
              author.records().size() - 1);
    EXPECT_FALSE((*log)->failure());
  }
}

TEST(DiskFull, AFolderOnADiskWithoutAFreeByteIsClosedAndOpensAgain) {
  for (const int pastes : {31, 37, 148, 222}) {
    const SmallDisk disk(24 * kMiB);
    if (!disk.is_mounted()) {
      std::printf("skipped: no mount\n");
      return;
    }
    Author author({"docs", "long"});
    {
      auto log = RocksDbLog::open(disk / "data", OpenMode::kReadWrite, trial_options(nullptr));
      ASSERT_TRUE(log) << log.error().message;
      for (int i = 0; i < pastes; ++i) paste(author);
      ASSERT_EQ(append(**log, author.take()), AppendOutcome::kCommitted);
      const Filler filler(disk / "others");
      log->reset();
    }
    const auto log = RocksDbLog::open(disk / "data", OpenMode::kReadWrite, trial_options(nullptr));
    ASSERT_TRUE(log) << log.error().message;
    expect_whole(**log, author, author.records().size());
  }
}

}  // namespace
}  // namespace cowrite::storage
