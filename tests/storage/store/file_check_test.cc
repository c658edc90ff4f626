// What RocksDB's own reading of damaged files would forgive.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "ot/base/varint.h"
#include "storage/errors.h"
#include "storage/store/rocksdb_store.h"
#include "tests/storage/support.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kWrites = 6;

std::string key_of(int write) { return "key " + std::to_string(100 + write); }

// A folder as a killed server leaves it, with so many writes in its log.
class Killed {
 public:
  Killed() : temp_(quick_folder()) {
    const auto store = RocksDbStore::open(temp_ / "running", OpenMode::kReadWrite);
    EXPECT_TRUE(store);
    for (int write = 0; write < kWrites; ++write) {
      WriteBatch batch;
      batch.put(Table::kRecords, key_of(write), "value " + std::to_string(write));
      EXPECT_TRUE((*store)->write(batch, Durability::kSynced));
    }
    fs::copy(temp_ / "running", folder());
  }

  [[nodiscard]] std::string folder() const { return temp_ / "killed"; }
  [[nodiscard]] fs::path newest(std::string_view kind) const {
    fs::path found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder())) {
      if (entry.path().filename().string().find(kind) != std::string::npos) {
        found = std::max(found, entry.path());
      }
    }
    return found;
  }

 private:
  TempFolder temp_;
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// How many of the writes are there; none if the damage is reported.
std::optional<int> writes_left(const std::string& folder) {
  const auto store = RocksDbStore::open(folder, OpenMode::kReadOnly);
  if (!store) {
    EXPECT_EQ(store.error().code, kErrDamaged) << store.error().message;
    return std::nullopt;
  }
  int left = 0;
  EXPECT_TRUE((*store)->view()->scan(Table::kRecords, {"", "z"}, Order::kForward,
                                     [&](std::string_view, std::string_view) -> Result<Visit> {
                                       ++left;
                                       return Visit::kContinue;
                                     }));
  return left;
}

TEST(FileCheck, AFlippedBitAnywhereInTheLogIsReported) {
  const Killed killed;
  const fs::path log = killed.newest(".log");
  const std::string whole = read_file(log);
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (const int bit : {7}) {
      std::string flipped = whole;
      flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
      write_file(log, flipped);
      const std::optional<int> left = writes_left(killed.folder());
      EXPECT_TRUE(!left || *left == kWrites) << "bit " << bit << " of byte " << place << " of "
                                             << whole.size() << ": " << left.value_or(0);
    }
  }
}

TEST(FileCheck, ZerosInTheLogAreReported) {
  const Killed killed;
  const fs::path log = killed.newest(".log");
  const std::string whole = read_file(log);
  for (std::size_t place = 0; place + 64 < whole.size(); place += 5) {
    std::string zeroed = whole;
    std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(place), 32, '\0');
    write_file(log, zeroed);
    const std::optional<int> left = writes_left(killed.folder());
    EXPECT_TRUE(!left || *left == kWrites)
        << "byte " << place << " of " << whole.size() << ": " << left.value_or(0);
  }
}

TEST(FileCheck, AFlippedBitAnywhereInTheListOfFilesIsReported) {
  const Killed killed;
  const fs::path list = killed.newest("MANIFEST-");
  const std::string whole = read_file(list);
  for (std::size_t place = 0; place < whole.size(); place += 3) {
    for (const int bit : {7}) {
      std::string flipped = whole;
      flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
      write_file(list, flipped);
      const std::optional<int> left = writes_left(killed.folder());
      EXPECT_TRUE(!left || *left == kWrites) << "bit " << bit << " of byte " << place << " of "
                                             << whole.size() << ": " << left.value_or(0);
    }
  }
}

TEST(FileCheck, ALogThatEndsInWhatNoRecordBeginsWithIsReported) {
  const Killed killed;
  const fs::path log = killed.newest(".log");
  const std::string whole = read_file(log);
  write_file(log, whole + "no record begins like this");
  EXPECT_EQ(writes_left(killed.folder()), std::nullopt);
  write_file(log, whole + std::string(500, '\0'));
  EXPECT_EQ(writes_left(killed.folder()), kWrites);
}

TEST(FileCheck, ALogMayEndAnywhereInItsLastRecord) {
  const Killed killed;
  const fs::path log = killed.newest(".log");
  const std::string whole = read_file(log);
  for (std::size_t cut = 1; cut < 37; ++cut) {
    write_file(log, whole.substr(0, whole.size() - cut));
    EXPECT_EQ(writes_left(killed.folder()), kWrites - 1) << cut;
  }
}

TEST(FileCheck, AMissingLogIsReported) {
  const Killed killed;
  fs::remove(killed.newest(".log"));
  EXPECT_EQ(writes_left(killed.folder()), std::nullopt);
}

TEST(FileCheck, ATableWhoseBlocksWouldNotBeCheckedIsReported) {
  const TempFolder temp(quick_folder());
  {
    const auto store = RocksDbStore::open(temp.path(), OpenMode::kReadWrite);
    ASSERT_TRUE(store);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(temp.path())) {
    if (entry.path().extension() == ".sst") {
      std::string bytes = read_file(entry.path());
      ASSERT_GT(bytes.size(), 53U);
      ASSERT_EQ(bytes[bytes.size() - 53], '\4');
      bytes[bytes.size() - 53] = '\0';
      write_file(entry.path(), bytes);
    }
  }
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    EXPECT_EQ(RocksDbStore::open(temp.path(), mode).error().code, kErrDamaged);
  }
}

// RocksDB, as it is packaged, ends the process over this.
TEST(FileCheck, ATableWhosePropertiesHaveAFormThatTheyNeverHaveIsReported) {
  const TempFolder temp(quick_folder());
  {
    const auto store = RocksDbStore::open(temp.path(), OpenMode::kReadWrite);
    ASSERT_TRUE(store);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(temp.path())) {
    if (entry.path().extension() == ".sst") {
      std::string bytes = read_file(entry.path());
      std::string_view footer = std::string_view(bytes).substr(bytes.size() - 52);
      const std::optional<std::uint64_t> index = ot::take_varint(footer);
      ASSERT_TRUE(index && *index < bytes.size());
      bytes[*index - 6] = '\x80';
      write_file(entry.path(), bytes);
    }
  }
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    EXPECT_EQ(RocksDbStore::open(temp.path(), mode).error().code, kErrDamaged);
  }
}

TEST(FileCheck, AListOfFilesThatWasCutToItsBeginningIsReported) {
  const TempFolder temp(quick_folder());
  {
    const auto store = RocksDbStore::open(temp.path(), OpenMode::kReadWrite);
    ASSERT_TRUE(store);
  }
  fs::remove(temp / "CLOSED");
  for (const fs::directory_entry& entry : fs::directory_iterator(temp.path())) {
    if (entry.path().filename().string().starts_with("MANIFEST-")) {
      fs::resize_file(entry.path(), 95);
    }
  }
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    EXPECT_EQ(RocksDbStore::open(temp.path(), mode).error().code, kErrDamaged);
  }
}

}  // namespace
}  // namespace cowrite::storage
