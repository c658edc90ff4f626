// The note of how far the log was synced: what it vouches for is there, or its loss is reported;
// and it never cries wolf.
#include "storage/store/sync_note.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "storage/errors.h"
#include "storage/store/file_check.h"
#include "storage/store/rocksdb_store.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<RocksDbStore> open(const std::string& folder, OpenMode mode) {
  StoreOptions options;
  options.sync_note_interval = std::chrono::milliseconds(1);
  Result<std::unique_ptr<RocksDbStore>> store = RocksDbStore::open(folder, mode, options);
  if (!store) {
    ADD_FAILURE() << store.error().message;
  }
  return *std::move(store);
}

void write(Store& store, std::string_view key, Durability durability) {
  WriteBatch batch;
  batch.put(Table::kRecords, key, std::string(1'000, 'v'));
  ASSERT_TRUE(store.write(batch, durability));
}

// The newest log.
fs::path log_in(const std::string& folder) {
  fs::path newest;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".log") newest = std::max(newest, entry.path());
  }
  return newest;
}

SyncNote note_in(const std::string& folder) {
  const Result<std::optional<SyncNote>> note = read_sync_note(folder);
  return note && *note ? **note : SyncNote();
}

// Waits until the note vouches for the newest log up to `bytes`.
void wait_for_note(const std::string& folder, std::uint64_t bytes) {
  const std::string log = log_in(folder).filename();
  while (log_file(note_in(folder).log) != log || note_in(folder).bytes != bytes) {
    std::this_thread::yield();
  }
}

// The folder as a kill leaves it, after ten synced writes that are noted.
void leave_noted(const std::string& data, const std::string& copy) {
  const auto store = open(data, OpenMode::kReadWrite);
  for (int i = 0; i < 10; ++i) write(*store, std::to_string(i), Durability::kSynced);
  wait_for_note(data, fs::file_size(log_in(data)));
  fs::copy(data, copy);
}

void expect_opens(const std::string& folder) {
  EXPECT_TRUE(open(folder, OpenMode::kReadOnly)->view()->get(Table::kRecords, "9")->has_value());
  EXPECT_TRUE(open(folder, OpenMode::kReadWrite)->view()->get(Table::kRecords, "9")->has_value());
}

// Each time, and by readers and writers.
void expect_refused(const std::string& folder, const std::string& told) {
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite, OpenMode::kReadWrite}) {
    const auto store = RocksDbStore::open(folder, mode);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, kErrDamaged);
    EXPECT_NE(store.error().message.find(told), std::string::npos) << store.error().message;
  }
}

TEST(SyncNote, ReadsAsItWasWritten) {
  const TempFolder temp;
  EXPECT_EQ(*read_sync_note(temp.path()), std::nullopt);
  for (const SyncNote note : {SyncNote{7, 1'234'567'890'123}, SyncNote{8, 1}}) {
    ASSERT_TRUE(write_sync_note(temp.path(), note));
    EXPECT_EQ(*read_sync_note(temp.path()), note);
  }
}

TEST(SyncNote, AnyChangedByteOfItIsReported) {
  const TempFolder temp;
  ASSERT_TRUE(write_sync_note(temp.path(), {12, 3'456}));
  const std::string text = read_file(temp / "SYNCED");
  for (std::size_t i = 0; i <= text.size(); ++i) {
    std::string damaged = text.substr(0, i);
    if (i < text.size()) damaged += static_cast<char>(text[i] ^ 1) + text.substr(i + 1);
    if (damaged == text) damaged += '0';
    std::ofstream(temp / "SYNCED") << damaged;
    EXPECT_EQ(read_sync_note(temp.path()).error().code, kErrDamaged) << damaged;
  }
}

TEST(SyncNote, ALogThatEndsBeforeItsSyncedEndIsReported) {
  const TempFolder temp;
  leave_noted(temp / "data", temp / "copy");
  const fs::path log = log_in(temp / "copy");
  const std::uint64_t whole = fs::file_size(log);
  fs::resize_file(log, whole - 1);
  expect_refused(temp / "copy", log.string() + " ends at byte ");
  fs::resize_file(log, whole / 4);
  expect_refused(temp / "copy", "though " + std::to_string(whole) + " bytes of it were synced");
  fs::resize_file(log, whole);  // With zeros, as room that was set aside.
  expect_refused(temp / "copy", log.string() + " ends at byte ");
  fs::resize_file(log, 0);
  expect_refused(temp / "copy", " ends at byte 0");
}

TEST(SyncNote, ASyncedLogThatIsMissingIsReportedAlsoIfANewerOneIsThere) {
  const TempFolder temp;
  leave_noted(temp / "data", temp / "copy");
  const fs::path log = log_in(temp / "copy");
  fs::remove(log);
  EXPECT_EQ(RocksDbStore::open(temp / "copy", OpenMode::kReadOnly).error().code, kErrDamaged);
  std::ofstream(temp / "copy/999999.log").flush();
  expect_refused(temp / "copy", "has lost its write-ahead log " + log.filename().string());
}

TEST(SyncNote, WhatCanBeATornEndPassesAfterIt) {
  const TempFolder temp;
  {
    const auto store = open(temp / "data", OpenMode::kReadWrite);
    for (int i = 0; i < 10; ++i) write(*store, std::to_string(i), Durability::kSynced);
    const std::uint64_t synced = fs::file_size(log_in(temp / "data"));
    wait_for_note(temp / "data", synced);
    write(*store, "later", Durability::kWritten);
    fs::copy(temp / "data", temp / "copy");
  }
  const fs::path log = log_in(temp / "copy");
  fs::resize_file(log, fs::file_size(log) - 1);
  const auto store = open(temp / "copy", OpenMode::kReadWrite);
  EXPECT_TRUE(store->view()->get(Table::kRecords, "9")->has_value());
  EXPECT_FALSE(store->view()->get(Table::kRecords, "later")->has_value());
}

TEST(SyncNote, VouchesForNothingThatWasNotSynced) {
  const TempFolder temp;
  const auto store = open(temp / "data", OpenMode::kReadWrite);
  write(*store, "a", Durability::kWritten);
  write(*store, "b", Durability::kSynced);
  const std::uint64_t synced = fs::file_size(log_in(temp / "data"));
  write(*store, "c", Durability::kWritten);
  wait_for_note(temp / "data", synced);
  write(*store, "d", Durability::kWritten);
  write(*store, "e", Durability::kSynced);
  wait_for_note(temp / "data", fs::file_size(log_in(temp / "data")));
}

TEST(SyncNote, ALogWhoseRecordsAreAllInTablesIsNotMissed) {
  const TempFolder temp;
  {
    const auto store = open(temp / "data", OpenMode::kReadWrite);
    for (int i = 0; i < 10; ++i) write(*store, std::to_string(i), Durability::kSynced);
    const fs::path log = log_in(temp / "data");
    wait_for_note(temp / "data", fs::file_size(log));
    ASSERT_TRUE(store->back_up(temp / "backups", BeforeBackup::kFlush));
    while (fs::exists(log)) std::this_thread::yield();
    fs::copy(temp / "data", temp / "copy");
  }
  expect_opens(temp / "copy");
}

TEST(SyncNote, AKillBeforeTheFirstNoteOfAStartLeavesTheOldOneWhichHolds) {
  const TempFolder temp;
  leave_noted(temp / "data", temp / "copy");
  {
    const auto store = RocksDbStore::open(temp / "copy", OpenMode::kReadWrite);
    ASSERT_TRUE(store);
    fs::copy(temp / "copy", temp / "again");
  }
  expect_opens(temp / "again");
}

TEST(SyncNote, AFolderWithoutOneOpensAndSoDoesAClosedOne) {
  const TempFolder temp;
  leave_noted(temp / "data", temp / "copy");
  fs::remove(temp / "copy/SYNCED");
  expect_opens(temp / "copy");
  ASSERT_TRUE(fs::exists(temp / "data/CLOSED"));
  fs::remove(log_in(temp / "data"));
  expect_opens(temp / "data");
}

TEST(SyncNote, ADamagedOneKeepsTheFolderClosedUntilItIsRemoved) {
  const TempFolder temp;
  leave_noted(temp / "data", temp / "copy");
  std::ofstream(temp / "copy/SYNCED") << "12 34";
  expect_refused(temp / "copy", "SYNCED is damaged");
  fs::remove(temp / "copy/SYNCED");
  expect_opens(temp / "copy");
}

TEST(SyncNote, OneThatCannotBeWrittenIsTriedAgainAndCommitsGoOnMeanwhile) {
  const TempFolder temp;
  const auto store = open(temp / "data", OpenMode::kReadWrite);
  fs::create_directories(temp / "data/SYNCED.new/in the way");
  write(*store, "a", Durability::kSynced);
  write(*store, "b", Durability::kSynced);
  EXPECT_FALSE(fs::exists(temp / "data/SYNCED"));
  EXPECT_FALSE(store->failure());
  fs::remove_all(temp / "data/SYNCED.new");
  wait_for_note(temp / "data", fs::file_size(log_in(temp / "data")));
}

TEST(SyncNote, ARestoredFolderAndAStoreInMemoryHaveNone) {
  const TempFolder temp;
  {
    const auto store = open(temp / "data", OpenMode::kReadWrite);
    write(*store, "9", Durability::kSynced);
    wait_for_note(temp / "data", fs::file_size(log_in(temp / "data")));
    for (const BeforeBackup before : {BeforeBackup::kFlush, BeforeBackup::kNothing}) {
      ASSERT_TRUE(store->back_up(temp / "backups", before));
    }
  }
  ASSERT_TRUE(RocksDbStore::restore(temp / "backups", temp / "new"));
  EXPECT_FALSE(fs::exists(temp / "new/SYNCED"));
  expect_opens(temp / "new");
  write(*open("", OpenMode::kInMemory), "a", Durability::kSynced);
  EXPECT_FALSE(fs::exists("/memory"));
}

}  // namespace
}  // namespace cowrite::storage
