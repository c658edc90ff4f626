// A damaged block costs the document whose block it is, and none of its neighbours.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/read/latest_history.h"
#include "storage/restore_backup.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/damage.h"
#include "tests/storage/support.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDocuments = 4;

// So many documents that fill blocks of their own.
std::vector<Author> write_documents(RocksDbLog& log, std::size_t count = kDocuments,
                                    std::size_t first = 0) {
  std::mt19937_64 random(4);
  std::vector<Author> authors;
  for (std::size_t i = first; i < first + count; ++i) {
    Author& author = authors.emplace_back(DocumentKey{"docs", std::to_string(i)});
    author.create(random_text(random, 60'000));
    for (int record = 0; record < 2; ++record)
      author.later(1).insert(0, random_text(random, 60'000));
    EXPECT_EQ(append(log, author.take()), AppendOutcome::kCommitted);
    // Some have a checkpoint in the middle of their records, some at their end, some none.
    if (i % 3 != 0) log.save_checkpoint(author.key(), author.snapshots()[i % 3 == 1 ? 2 : 3]);
  }
  return authors;
}

// Everything that can be asked about the document; the first error of all.
Result<void> read_all(const Store& store, const Author& author) {
  const LatestHistory history(store);
  const DocumentKey& key = author.key();
  for (std::uint64_t version = 0; version <= author.records().size(); ++version) {
    const Result<Snapshot> snapshot = history.snapshot(key, version);
    if (!snapshot) return snapshot.error();
    EXPECT_TRUE(same(*snapshot, author.snapshots()[version]));
    const Result<std::vector<Record>> records =
        history.records(key, version, ~std::uint64_t{0}, std::numeric_limits<std::size_t>::max());
    if (!records) return records.error();
    EXPECT_EQ(records->size(), author.records().size() - version);
    const Result<std::uint64_t> at = history.version_at(key, author.snapshots()[version].time_ms);
    if (!at) return at.error();
  }
  const Result<std::uint64_t> checkpoint = history.checkpoint(key);
  if (!checkpoint) return checkpoint.error();
  const Result<Proof> proof = prove(store, key);
  return proof ? Result<void>() : proof.error();
}

// How many documents cannot be read, each of which says so.
std::size_t damaged_documents(const std::string& folder, OpenMode mode,
                              const std::vector<Author>& authors) {
  const Result<std::unique_ptr<RocksDbStore>> store = RocksDbStore::open(folder, mode);
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return 0;
  }
  return static_cast<std::size_t>(std::ranges::count_if(authors, [&](const Author& author) {
    const Result<void> read = read_all(**store, author);
    if (!read) {
      EXPECT_EQ(read.error().code, kErrDamaged);
    }
    return !read;
  }));
}

TEST(Neighbours, OfADocumentWithADamagedBlockAreReadAndProven) {
  const TempFolder temp(quick_folder());
  const std::vector<Author> authors = write_documents(*open_folder(temp / "data"));
  std::size_t damages = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(temp / "data")) {
    const std::uint64_t bytes = entry.file_size();
    if (entry.path().extension() != ".sst" || bytes < 100'000) continue;
    // In each block of a large text, but for the index and what follows it.
    for (std::uint64_t place = 15'000; place < bytes - 20'000; place += 60'000) {
      const std::string copy = temp / std::to_string(++damages);
      fs::copy(temp / "data", copy);
      flip_bit(fs::path(copy) / entry.path().filename(), place);
      SCOPED_TRACE(entry.path().filename().string() + " at " + std::to_string(place));
      const OpenMode mode = damages % 2 == 0 ? OpenMode::kReadOnly : OpenMode::kReadWrite;
      EXPECT_EQ(damaged_documents(copy, mode, authors), 1U);
      fs::remove_all(copy);
    }
  }
  EXPECT_GE(damages, kDocuments);
}

TEST(Neighbours, AreWrittenOnThoughCompactionsMeetTheDamage) {
  constexpr int kTables = 50;  // With so many uncompacted ones RocksDB would stop the writes.
  const TempFolder temp(quick_folder());
  const std::vector<Author> authors = write_documents(*open_folder(temp / "data"));
  for (const fs::directory_entry& entry : fs::directory_iterator(temp / "data")) {
    if (entry.path().extension() == ".sst" && entry.file_size() > 100'000) {
      flip_bit(entry.path(), 15'000);
    }
  }
  Author author({"docs", "new"});
  author.create("");
  {
    const auto log = open_folder(temp / "data");
    EXPECT_EQ(log->store().compact().error().code, kErrDamaged);
    for (int table = 0; table < kTables; ++table) {
      author.insert(0, "word ");
      ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
      ASSERT_TRUE(log->back_up(temp / "backups", {}));  // Which flushes.
    }
    EXPECT_FALSE(log->failure());
  }
  const auto log = open_folder(temp / "data");
  EXPECT_TRUE(log->store().was_shut_down_cleanly());
  EXPECT_TRUE(read_all(log->store(), author));
}

// Flips bits from the end of a table, where it says of itself what it is, until a writer refuses
// it.
void damage_end(const fs::path& table, const std::string& folder) {
  std::uint64_t place = fs::file_size(table) - 60;
  while (RocksDbStore::open(folder, OpenMode::kReadWrite)) {
    flip_bit(table, place);
    ASSERT_GT(place -= 10, fs::file_size(table) / 2);
  }
}

TEST(Neighbours, OfDocumentsInAFileThatCannotBeOpenedAreReadAndRestored) {
  const TempFolder temp(quick_folder());
  const std::string folder = temp / "data";
  std::vector<Author> authors;
  fs::path table;
  {
    const auto log = open_folder(folder);
    authors = write_documents(*log, 2);
    ASSERT_TRUE(log->store().compact());
    table = largest_file(folder, ".sst");
    for (Author& author : write_documents(*log, 2, 2)) authors.push_back(std::move(author));
    ASSERT_TRUE(log->back_up(temp / "backups", {}));
  }
  damage_end(table, folder);
  const auto refused = RocksDbStore::open(folder, OpenMode::kReadWrite);
  EXPECT_NE(refused.error().message.find("file " + table.string()), std::string::npos);
  EXPECT_EQ(damaged_documents(folder, OpenMode::kReadOnly, authors), 2U);
  for (const fs::directory_entry& entry :
       fs::directory_iterator(temp / "backups/shared_checksum")) {
    if (entry.file_size() != fs::file_size(table)) continue;
    fs::copy(table, entry.path(), fs::copy_options::overwrite_existing);
  }
  const Result<RestoredBackup> restored =
      restore_backup(temp / "backups", temp / "restored", DamagedDocuments::kLeftOut);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->left_out.size(), 2U);
  const std::vector<Author> others(authors.begin() + 2, authors.end());
  EXPECT_EQ(damaged_documents(temp / "restored", OpenMode::kReadWrite, others), 0U);
}

}  // namespace
}  // namespace cowrite::storage
