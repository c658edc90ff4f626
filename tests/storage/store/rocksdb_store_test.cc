// RocksDbStore: the tables, and who may open which folder.
#include "storage/store/rocksdb_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/errors.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

std::unique_ptr<RocksDbStore> open(const std::string& folder, OpenMode mode) {
  Result<std::unique_ptr<RocksDbStore>> store = RocksDbStore::open(folder, mode);
  if (!store) {
    ADD_FAILURE() << store.error().message;
  }
  return *std::move(store);
}

Error open_error(const std::string& folder, OpenMode mode) {
  const Result<std::unique_ptr<RocksDbStore>> store = RocksDbStore::open(folder, mode);
  return store ? Error{"", "it opened"} : store.error();
}

std::string keys_in(const Store& store, const KeyRange& range, Order order,
                    std::size_t count = 100) {
  std::string keys;
  EXPECT_TRUE(store.view()->scan(Table::kRecords, range, order,
                                 [&](std::string_view key, std::string_view) -> Result<Visit> {
                                   keys += key;
                                   return keys.size() < count ? Visit::kContinue : Visit::kStop;
                                 }));
  return keys;
}

void write_file(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST(RocksDbStore, TablesAreSeparate) {
  const auto store = open("", OpenMode::kInMemory);
  put(*store, Table::kRecords, "k", "record");
  put(*store, Table::kSources, "k", "source");
  EXPECT_EQ(store->view()->get(Table::kRecords, "k")->value(), "record");
  EXPECT_EQ(store->view()->get(Table::kSources, "k")->value(), "source");
  EXPECT_FALSE(store->view()->get(Table::kCheckpoints, "k")->has_value());
}

TEST(RocksDbStore, AScanGoesOverItsRangeInEitherOrderUntilItIsStopped) {
  const auto store = open("", OpenMode::kInMemory);
  for (const std::string_view key : {"a", "b", "c", "d", "e"}) {
    put(*store, Table::kRecords, key, "");
  }
  EXPECT_EQ(keys_in(*store, {"b", "e"}, Order::kForward), "bcd");
  EXPECT_EQ(keys_in(*store, {"b", "e"}, Order::kBackward), "dcb");
  EXPECT_EQ(keys_in(*store, {"b", "e"}, Order::kBackward, 2), "dc");
  EXPECT_EQ(keys_in(*store, {"bb", "c"}, Order::kForward), "");
  EXPECT_EQ(keys_in(*store, {"x", "z"}, Order::kBackward), "");
}

TEST(RocksDbStore, AnErasedKeyIsGoneAndAClearedBatchWritesNothing) {
  const auto store = open("", OpenMode::kInMemory);
  put(*store, Table::kRecords, "a", "1");
  WriteBatch batch;
  batch.put(Table::kRecords, "b", "2");
  batch.clear();
  batch.erase(Table::kRecords, "a");
  ASSERT_TRUE(store->write(batch, Durability::kWritten));
  EXPECT_EQ(keys_in(*store, {"a", "z"}, Order::kForward), "");
}

TEST(RocksDbStore, AViewShowsOneStateWhateverIsWrittenMeanwhile) {
  const auto store = open("", OpenMode::kInMemory);
  put(*store, Table::kRecords, "a", "1");
  const std::unique_ptr<const View> before = store->view();
  put(*store, Table::kRecords, "a", "2");
  put(*store, Table::kRecords, "b", "2");
  put(*store, Table::kSources, "a", "2");
  EXPECT_EQ(before->get(Table::kRecords, "a")->value(), "1");
  EXPECT_FALSE(before->get(Table::kSources, "a")->has_value());
  EXPECT_EQ(*before->get_many(Table::kRecords, std::vector<std::string>{"b", "a"}),
            (std::vector<std::optional<std::string>>{std::nullopt, "1"}));
  EXPECT_EQ(*first_key(*before, Table::kRecords, {"a", "z"}, Order::kBackward), "a");
  EXPECT_EQ(keys_in(*store, {"a", "z"}, Order::kForward), "ab");
}

TEST(RocksDbStore, SeveralKeysAreReadAtOnceInAnyOrderAlsoReadOnly) {
  const TempFolder temp;
  const auto writer = open(temp.path(), OpenMode::kReadWrite);
  for (const std::string_view key : {"a", "b", "c"}) put(*writer, Table::kRecords, key, key);
  const auto reader = open(temp.path(), OpenMode::kReadOnly);
  const std::vector<std::string> keys = {"c", "x", "a", "c"};
  const std::vector<std::optional<std::string>> expected = {"c", std::nullopt, "a", "c"};
  EXPECT_EQ(*writer->view()->get_many(Table::kRecords, keys), expected);
  EXPECT_EQ(*reader->view()->get_many(Table::kRecords, keys), expected);
  EXPECT_EQ(writer->view()->get_many(Table::kRecords, {})->size(), 0U);
}

TEST(RocksDbStore, AVisitorsErrorEndsTheScanAndIsItsResult) {
  const auto store = open("", OpenMode::kInMemory);
  put(*store, Table::kRecords, "a", "1");
  put(*store, Table::kRecords, "b", "2");
  int shown = 0;
  const Result<void> scanned =
      store->view()->scan(Table::kRecords, {"a", "z"}, Order::kForward,
                          [&shown](std::string_view, std::string_view) -> Result<Visit> {
                            ++shown;
                            return Error{kErrDamaged, "the first is damaged"};
                          });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error(), (Error{kErrDamaged, "the first is damaged"}));
  EXPECT_EQ(shown, 1);
}

TEST(RocksDbStore, OfTwoChangesOfOneKeyTheLaterOneLasts) {
  const auto store = open("", OpenMode::kInMemory);
  WriteBatch batch;
  batch.put(Table::kRecords, "a", "1");
  batch.erase(Table::kRecords, "a");
  batch.erase(Table::kRecords, "b");
  WriteBatch more;
  more.put(Table::kRecords, "b", "2");
  batch.append(more);
  EXPECT_EQ(batch.bytes(), 6U);
  ASSERT_TRUE(store->write(batch, Durability::kWritten));
  EXPECT_EQ(keys_in(*store, {"a", "z"}, Order::kForward), "b");
}

TEST(RocksDbStore, AFolderIsCreatedWithItsParentsAndKeepsWhatWasWritten) {
  const TempFolder temp;
  const std::string folder = temp / "some/where/data";
  put(*open(folder, OpenMode::kReadWrite), Table::kRecords, "k", "v");
  EXPECT_EQ(open(folder, OpenMode::kReadWrite)->view()->get(Table::kRecords, "k")->value(), "v");
  EXPECT_EQ(open(folder + "/", OpenMode::kReadOnly)->view()->get(Table::kRecords, "k")->value(),
            "v");
}

TEST(RocksDbStore, AStoreInMemoryLeavesNoTrace) {
  const TempFolder temp;
  put(*open(temp.path(), OpenMode::kInMemory), Table::kRecords, "k", "v");
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
  EXPECT_FALSE(open("", OpenMode::kInMemory)->view()->get(Table::kRecords, "k")->has_value());
}

TEST(RocksDbStore, ASecondWriterIsToldThatAServerRunsThere) {
  const TempFolder temp;
  const auto store = open(temp.path(), OpenMode::kReadWrite);
  const Error error = open_error(temp.path(), OpenMode::kReadWrite);
  EXPECT_EQ(error.code, kErrInUse);
  EXPECT_EQ(error.message, "folder " + temp.path() + " is in use: another server runs on it");
}

TEST(RocksDbStore, AReaderBesideTheWriterSeesWhatWasWrittenBeforeAndChangesNoFile) {
  const TempFolder temp;
  const auto writer = open(temp.path(), OpenMode::kReadWrite);
  put(*writer, Table::kRecords, "a", "1");
  const auto files = [&temp] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(temp.path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  };
  const std::vector<std::string> before = files();
  const auto reader = open(temp.path(), OpenMode::kReadOnly);
  EXPECT_EQ(reader->view()->get(Table::kRecords, "a")->value(), "1");
  EXPECT_EQ(files(), before);
  put(*writer, Table::kRecords, "b", "2");
  EXPECT_FALSE(reader->view()->get(Table::kRecords, "b")->has_value());
}

TEST(RocksDbStore, AReaderOfAFolderWithoutDataIsToldSo) {
  const TempFolder temp;
  const Error absent = open_error(temp / "absent", OpenMode::kReadOnly);
  EXPECT_EQ(absent.code, kErrNotFound);
  EXPECT_EQ(absent.message, "folder " + (temp / "absent") + " holds no cowrite data");
  EXPECT_FALSE(std::filesystem::exists(temp / "absent"));
  EXPECT_EQ(open_error(temp.path(), OpenMode::kReadOnly).code, kErrNotFound);
}

TEST(RocksDbStore, AFolderOfOtherFilesIsRefusedAndLeftAsItIs) {
  const TempFolder temp;
  write_file(temp / "thesis.txt", "the only copy");
  for (const OpenMode mode : {OpenMode::kReadWrite, OpenMode::kReadOnly}) {
    EXPECT_EQ(open_error(temp.path(), mode).code, kErrForeign);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(temp.path()), {}), 1);
  write_file(temp / "file", "");
  EXPECT_EQ(open_error(temp / "file", OpenMode::kReadWrite).code, kErrIo);
}

TEST(RocksDbStore, AStoreThatLostItsCurrentFileIsNotTakenForANewOne) {
  const TempFolder temp;
  put(*open(temp.path(), OpenMode::kReadWrite), Table::kRecords, "k", "v");
  std::filesystem::remove(temp / "CURRENT");
  EXPECT_EQ(open_error(temp.path(), OpenMode::kReadWrite).code, kErrDamaged);
  EXPECT_EQ(open_error(temp.path(), OpenMode::kReadOnly).code, kErrDamaged);
}

TEST(RocksDbStore, AnotherProgramsRocksDbIsRefusedAndLeftAsItIs) {
  const TempFolder temp;
  rocksdb::Options options;
  options.create_if_missing = true;
  {
    rocksdb::DB* other = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, temp.path(), &other).ok());
    ASSERT_TRUE(other->Put(rocksdb::WriteOptions(), "theirs", "1").ok());
    delete other;
  }
  for (const OpenMode mode : {OpenMode::kReadWrite, OpenMode::kReadOnly}) {
    EXPECT_EQ(open_error(temp.path(), mode).code, kErrForeign);
  }
  std::vector<std::string> tables;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, temp.path(), &tables).ok());
  EXPECT_EQ(tables, std::vector<std::string>{"default"});
}

TEST(RocksDbStore, OurTablesWithoutAFormatVersionAreRefused) {
  const TempFolder temp;
  {
    const auto store = open(temp.path(), OpenMode::kReadWrite);
    put(*store, Table::kRecords, "k", "v");
    WriteBatch batch;
    batch.erase(Table::kMeta, "format");
    ASSERT_TRUE(store->write(batch, Durability::kSynced));
  }
  EXPECT_EQ(open_error(temp.path(), OpenMode::kReadWrite).code, kErrForeign);
}

TEST(RocksDbStore, ACreationThatWasInterruptedIsFinishedByTheNextWriter) {
  const std::vector<const char*> names = {"records", "checkpoints", "sources", "access"};
  for (std::size_t tables = 0; tables <= names.size(); ++tables) {
    const TempFolder temp;
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* half = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, temp.path(), &half).ok());
    for (std::size_t made = 0; made < tables; ++made) {
      rocksdb::ColumnFamilyHandle* table = nullptr;
      ASSERT_TRUE(half->CreateColumnFamily({}, names[made], &table).ok());
      half->DestroyColumnFamilyHandle(table);
    }
    delete half;
    EXPECT_EQ(open_error(temp.path(), OpenMode::kReadOnly).code, kErrNotFound);
    put(*open(temp.path(), OpenMode::kReadWrite), Table::kRecords, "k", "v");
    EXPECT_EQ(open(temp.path(), OpenMode::kReadOnly)->view()->get(Table::kRecords, "k")->value(),
              "v");
  }
}

TEST(RocksDbStore, LeftoversFromBeforeTheFirstDataAreNoObstacle) {
  const TempFolder temp;
  write_file(temp / "LOCK", "");
  write_file(temp / "LOG", "");
  std::filesystem::create_directory(temp / "lost+found");
  put(*open(temp.path(), OpenMode::kReadWrite), Table::kRecords, "k", "v");
}

TEST(RocksDbStore, DataOfANewerFormatIsRefusedWithBothNumbers) {
  const TempFolder temp;
  put(*open(temp.path(), OpenMode::kReadWrite), Table::kMeta, "format", "3");
  for (const OpenMode mode : {OpenMode::kReadWrite, OpenMode::kReadOnly}) {
    const Error error = open_error(temp.path(), mode);
    EXPECT_EQ(error.code, kErrNewerFormat);
    EXPECT_EQ(error.message, "the data in folder " + temp.path() +
                                 " has format 3, this program knows formats up to 2; use a newer "
                                 "release");
  }
}

// What a later release does to a folder of ours, whose tables it is given.
void write_as_later_release(
    const std::string& folder,
    const std::function<void(rocksdb::DB&, std::vector<rocksdb::ColumnFamilyHandle*>&)>& write) {
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  for (const char* name : {"default", "records", "checkpoints", "sources", "access"}) {
    tables.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* newer = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, folder, tables, &handles, &newer).ok());
  write(*newer, handles);
  for (rocksdb::ColumnFamilyHandle* handle : handles) newer->DestroyColumnFamilyHandle(handle);
  delete newer;
}

TEST(RocksDbStore, DataThatSaysWhoHasAccessIsRefusedBecauseAllWouldHaveIt) {
  const TempFolder temp;
  put(*open(temp.path(), OpenMode::kReadWrite), Table::kRecords, "k", "v");
  write_as_later_release(temp.path(), [](rocksdb::DB& newer, auto& tables) {
    ASSERT_TRUE(newer.Put({}, tables.back(), "ann", "may do all").ok());
  });
  for (const OpenMode mode : {OpenMode::kReadWrite, OpenMode::kReadOnly}) {
    const Error error = open_error(temp.path(), mode);
    EXPECT_EQ(error.code, kErrNewerFormat);
    EXPECT_EQ(error.message, "the data in folder " + temp.path() +
                                 " says who has access to it, which this program does not know; "
                                 "use a newer release");
  }
}

TEST(RocksDbStore, DataOfANewerFormatWithTablesThatWeDoNotKnowIsRefusedAsNewer) {
  const TempFolder temp;
  put(*open(temp.path(), OpenMode::kReadWrite), Table::kMeta, "format", "12");
  write_as_later_release(temp.path(), [](rocksdb::DB& newer, auto& tables) {
    rocksdb::ColumnFamilyHandle* table = nullptr;
    ASSERT_TRUE(newer.CreateColumnFamily({}, "chat", &table).ok());
    tables.push_back(table);
  });
  EXPECT_EQ(open_error(temp.path(), OpenMode::kReadWrite).code, kErrNewerFormat);
  EXPECT_EQ(open_error(temp.path(), OpenMode::kReadOnly).code, kErrNewerFormat);
}

TEST(RocksDbStore, ADamagedFormatVersionIsReported) {
  for (const std::string_view damaged : {"", "0", "x", "1x", "-1", "99999999999999999999"}) {
    const TempFolder temp;
    put(*open(temp.path(), OpenMode::kReadWrite), Table::kMeta, "format", damaged);
    EXPECT_EQ(open_error(temp.path(), OpenMode::kReadWrite).code, kErrDamaged) << damaged;
  }
}

// The folder as a power cut would leave it now.
void copy_running(const std::string& folder, const std::string& copy) {
  std::filesystem::copy(folder, copy, std::filesystem::copy_options::recursive);
}

TEST(RocksDbStore, AChangedByteInTheWriteAheadLogIsReported) {
  const TempFolder temp;
  const std::string copy = temp / "copy";
  {
    const auto store = open(temp / "running", OpenMode::kReadWrite);
    for (int i = 0; i < 100; ++i) {
      put(*store, Table::kRecords, "key " + std::to_string(i), std::string(100, 'v'));
    }
    copy_running(temp / "running", copy);
  }
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(copy)) {
    if (entry.path().extension() == ".log") newest = std::max(newest, entry.path().string());
  }
  ASSERT_FALSE(newest.empty());
  std::fstream file(newest, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(3'000);
  file.put('\x55');
  file.close();
  EXPECT_EQ(open_error(copy, OpenMode::kReadWrite).code, kErrDamaged);
  EXPECT_EQ(open_error(copy, OpenMode::kReadOnly).code, kErrDamaged);
}

TEST(RocksDbStore, KnowsIfTheWriterBeforeClosedTheFolder) {
  const TempFolder temp;
  {
    const auto first = open(temp / "running", OpenMode::kReadWrite);
    EXPECT_TRUE(first->was_shut_down_cleanly()) << "it is new";
    put(*first, Table::kRecords, "k", "v");
    copy_running(temp / "running", temp / "copy");
  }
  EXPECT_FALSE(open(temp / "copy", OpenMode::kReadWrite)->was_shut_down_cleanly());
  EXPECT_TRUE(open(temp / "copy", OpenMode::kReadWrite)->was_shut_down_cleanly());
  EXPECT_TRUE(open(temp / "running", OpenMode::kReadWrite)->was_shut_down_cleanly());
}

TEST(RocksDbStore, AFolderThatHoldsLessThanWhenItWasClosedIsReportedEachTime) {
  const TempFolder temp;
  const std::string folder = temp / "data";
  std::filesystem::create_directory(temp / "early");
  {
    const auto store = open(folder, OpenMode::kReadWrite);
    put(*store, Table::kRecords, "1", "v");
    std::filesystem::remove(temp / "early");
    copy_running(folder, temp / "early");
    put(*store, Table::kRecords, "2", "v");
  }
  // All files are from before the second write, but for the mark.
  std::filesystem::copy(folder + "/CLOSED", temp / "early");
  const auto names = [&temp] {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(temp / "early")) {
      found.insert(entry.path().filename());
    }
    return found;
  };
  const std::set<std::string> before = names();
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite, OpenMode::kReadWrite}) {
    const Error error = open_error(temp / "early", mode);
    EXPECT_EQ(error.code, kErrDamaged) << error.message;
  }
  EXPECT_EQ(names(), before) << "who is refused changes nothing";
  EXPECT_EQ(open(folder, OpenMode::kReadOnly)->view()->get(Table::kRecords, "2")->value(), "v");
}

TEST(RocksDbStore, AScanFromTheFloorBeginsAtTheEntryBeforeWithTheSamePrefix) {
  const auto store = open("", OpenMode::kInMemory);
  for (const std::string_view key : {"aaaaaaaa1", "bbbbbbbb3", "bbbbbbbb6", "bbbbbbbb9"}) {
    put(*store, Table::kRecords, key, "v");
  }
  const auto scan = [&](std::string_view from) {
    return keys_in(*store, {std::string(from), "bbbbbbbb9"}, Order::kForwardFromFloor);
  };
  EXPECT_EQ(scan("bbbbbbbb2"), "bbbbbbbb3bbbbbbbb6");
  EXPECT_EQ(scan("bbbbbbbb3"), "bbbbbbbb3bbbbbbbb6");
  EXPECT_EQ(scan("bbbbbbbb5"), "bbbbbbbb3bbbbbbbb6");
  EXPECT_EQ(scan("bbbbbbbb8"), "bbbbbbbb6");
}

std::string files_with(const std::string& folder, std::string_view text) {
  std::string found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (read_file(entry.path()).find(text) != std::string::npos)
      found += entry.path().filename().string() + " ";
  }
  return found;
}

TEST(RocksDbStore, WhatWasErasedAndCompactedIsOnDiskNoMore) {
  const TempFolder temp;
  const auto store = open(temp.path(), OpenMode::kReadWrite);
  put(*store, Table::kRecords, "k", "a secret");
  put(*store, Table::kRecords, "l", "no secret");
  EXPECT_NE(files_with(temp.path(), "a secret"), "");
  WriteBatch batch;
  batch.erase(Table::kRecords, "k");
  ASSERT_TRUE(store->write(batch, Durability::kSynced));
  ASSERT_TRUE(store->compact());
  EXPECT_EQ(files_with(temp.path(), "a secret"), "");
  EXPECT_EQ(store->view()->get(Table::kRecords, "l")->value(), "no secret");
}

TEST(RocksDbStore, CountsWhatItWritesAndHowOftenTheLogIsSynced) {
  constexpr std::size_t kBytes = 10'000;
  constexpr std::uint64_t kWrites = 20;
  const TempFolder temp;
  const auto store = open(temp.path(), OpenMode::kReadWrite);
  const StoreStatistics before = store->statistics();
  for (std::uint64_t i = 0; i < kWrites; ++i) {
    WriteBatch batch;
    batch.put(Table::kRecords, std::to_string(i), std::string(kBytes, 'x'));
    ASSERT_TRUE(store->write(batch, i % 2 == 0 ? Durability::kSynced : Durability::kWritten));
  }
  const StoreStatistics written = store->statistics();
  EXPECT_EQ(written.log_sync_seconds.total() - before.log_sync_seconds.total(), kWrites / 2);
  EXPECT_GT(written.log_sync_seconds.sum, before.log_sync_seconds.sum);
  const std::uint64_t logged = written.log_bytes_written - before.log_bytes_written;
  EXPECT_GT(logged, kWrites * kBytes);
  EXPECT_LT(logged, kWrites * kBytes * 11 / 10);
  EXPECT_EQ(written.log_bytes - before.log_bytes, logged);
  EXPECT_FALSE(written.writes_are_delayed || written.writes_are_stopped);

  ASSERT_TRUE(store->compact());
  const StoreStatistics compacted = store->statistics();
  EXPECT_GT(compacted.other_bytes_written, written.other_bytes_written);
  EXPECT_LT(compacted.log_bytes, logged) << "what is in tables is in the log no more";
}

TEST(RocksDbStore, CompactingWaitsForOlderViewsAndForNoOthers) {
  const TempFolder temp;
  const auto store = open(temp.path(), OpenMode::kReadWrite);
  put(*store, Table::kRecords, "k", "a secret");
  std::unique_ptr<const View> older = store->view();
  erase(*store, Table::kRecords, "k");
  const std::unique_ptr<const View> newer = store->view();
  std::future<Result<void>> compacted = std::async([&store] { return store->compact(); });
  EXPECT_EQ(compacted.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  EXPECT_EQ(older->get(Table::kRecords, "k")->value(), "a secret");
  older.reset();
  EXPECT_TRUE(compacted.get());
  EXPECT_FALSE(newer->get(Table::kRecords, "k")->has_value());
  EXPECT_EQ(files_with(temp.path(), "a secret"), "");
}

TEST(RocksDbStore, CompactingThatWaitsForAViewCanBeInterrupted) {
  const auto store = open("", OpenMode::kInMemory);
  const std::unique_ptr<const View> older = store->view();
  put(*store, Table::kRecords, "k", "v");
  std::future<Result<void>> compacted = std::async([&store] { return store->compact(); });
  store->interrupt();
  EXPECT_EQ(compacted.get().error().code, kErrBusy);
}

TEST(RocksDbStore, BackupsShareFilesAndOpenReadOnlyWhereTheyLie) {
  const TempFolder temp;
  const auto store = open(temp / "data", OpenMode::kReadWrite);
  put(*store, Table::kRecords, "1", std::string(100'000, 'v'));
  const Result<BackupInfo> first = store->back_up(temp / "backups");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->number, 1U);
  put(*store, Table::kRecords, "2", "v");
  const Result<BackupInfo> second = store->back_up(temp / "backups");
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->number, 2U);
  put(*store, Table::kRecords, "3", "v");
  const auto backup = open(temp / "backups", OpenMode::kReadOnly);
  EXPECT_EQ(backup->view()->get(Table::kRecords, "2")->value(), "v");
  EXPECT_FALSE(backup->view()->get(Table::kRecords, "3")->has_value());
  EXPECT_EQ(open_error(temp / "backups", OpenMode::kReadWrite).code, kErrForeign);
}

TEST(RocksDbStore, WhatTakesLongCanBeInterruptedAndTheNextWriterGoesOn) {
  const TempFolder temp;
  {
    const auto store = open(temp / "data", OpenMode::kReadWrite);
    for (char key = '0'; key < '9'; ++key) {
      put(*store, Table::kRecords, std::string(1, key), std::string(std::size_t{1} << 20, key));
    }
    ASSERT_TRUE(store->back_up(temp / "backups"));
    store->interrupt();
    EXPECT_EQ(store->back_up(temp / "backups").error().code, kErrBusy);
    EXPECT_EQ(store->compact().error().code, kErrBusy);
    EXPECT_TRUE(store->view()->get(Table::kRecords, "0")->has_value());
  }
  EXPECT_EQ(open(temp / "backups", OpenMode::kReadOnly)
                ->view()
                ->get(Table::kRecords, "8")
                ->value()
                .front(),
            '8');
  const auto store = open(temp / "data", OpenMode::kReadWrite);
  EXPECT_TRUE(store->compact());
  EXPECT_TRUE(store->back_up(temp / "backups"));
}

TEST(RocksDbStore, WhatWasInterruptedStaysSoWhenAStoreThatWasReadIsOpenedForWriting) {
  const TempFolder temp;
  put(*open(temp / "data", OpenMode::kReadWrite), Table::kRecords, "k", "v");
  const auto store = open(temp / "data", OpenMode::kWriteLater);
  store->interrupt();
  put(*store, Table::kRecords, "l", "v");
  EXPECT_EQ(store->compact().error().code, kErrBusy);
  EXPECT_EQ(store->back_up(temp / "backups").error().code, kErrBusy);
}

TEST(RocksDbStore, BackupsLieOutsideOfTheDataFolder) {
  const TempFolder temp;
  const auto store = open(temp / "data", OpenMode::kReadWrite);
  std::filesystem::create_directory_symlink(temp / "data", temp / "elsewhere");
  for (const char* folder : {"data", "data/backups", "data/../data/a/b", "elsewhere/backups"}) {
    const Result<BackupInfo> refused = store->back_up(temp / folder);
    EXPECT_EQ(refused.error().code, kErrForeign) << folder;
    EXPECT_NE(refused.error().message.find("lies in the data folder"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(temp / "data/backups"));
  EXPECT_TRUE(store->back_up(temp / "data-backups"));
}

// Names that somebody else than the owner has a right to.
std::vector<std::string> shared_names(const std::string& folder) {
  std::vector<std::string> shared;
  const auto look = [&shared](const std::filesystem::path& path) {
    using std::filesystem::perms;
    const perms others = perms::group_all | perms::others_all;
    if ((std::filesystem::status(path).permissions() & others) != perms::none) {
      shared.push_back(path.filename());
    }
  };
  look(folder);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) look(entry);
  std::ranges::sort(shared);
  return shared;
}

TEST(RocksDbStore, AllThatItWritesIsForItsOwnerOnly) {
  const TempFolder temp;
  umask(S_IWGRP | S_IWOTH);
  {
    const auto store = open(temp / "data", OpenMode::kReadWrite);
    put(*store, Table::kRecords, "k", "v");
    ASSERT_TRUE(store->back_up(temp / "backups"));
    EXPECT_EQ(shared_names(temp / "data"), std::vector<std::string>());
  }
  umask(S_IWGRP | S_IWOTH);
  ASSERT_TRUE(RocksDbStore::restore(temp / "backups", temp / "restored"));
  for (const char* const name : {"data", "backups", "restored"}) {
    EXPECT_EQ(shared_names(temp / name), std::vector<std::string>());
  }
}

TEST(RocksDbStore, AFolderThatOthersCouldReadIsKeptToItsOwnerAndForeignFilesInItAreLeft) {
  const TempFolder temp;
  const std::string folder = temp / "data";
  const auto share = [](const std::string& name) {
    const auto all = std::filesystem::perms::all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(name)) {
      std::filesystem::permissions(entry, all);
    }
    std::filesystem::permissions(name, all);
  };
  put(*open(folder, OpenMode::kReadWrite), Table::kRecords, "k", "v");
  share(folder);
  EXPECT_TRUE(open(folder, OpenMode::kReadOnly));
  EXPECT_NE(shared_names(folder), std::vector<std::string>()) << "reading changes nothing";
  ASSERT_TRUE(open(folder, OpenMode::kReadWrite)->back_up(temp / "backups"));
  EXPECT_EQ(shared_names(folder), std::vector<std::string>());
  share(temp / "backups");
  write_file(temp / "thesis.txt", "not ours");
  write_file(folder + "/notes.txt", "not ours");
  std::filesystem::create_symlink(temp / "thesis.txt", folder + "/LOG.link");
  share(folder);
  std::filesystem::permissions(temp / "thesis.txt", std::filesystem::perms::all);
  ASSERT_TRUE(open(folder, OpenMode::kReadWrite)->back_up(temp / "backups"));
  EXPECT_EQ(shared_names(folder), (std::vector<std::string>{"LOG.link", "data", "notes.txt"}));
  EXPECT_EQ(std::filesystem::status(temp / "backups").permissions(),
            std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace cowrite::storage
