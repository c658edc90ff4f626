// What RocksDB's own reading of a damaged write-ahead log or list of files would forgive.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/store/key_value_store.h"
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
    const auto store = KeyValueStore::open(temp_ / "running", OpenMode::kReadWrite);
    EXPECT_TRUE(store);
    for (int write = 0; write < kWrites; ++write) {
      WriteBatch batch(**store);
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
  const auto store = KeyValueStore::open(folder, OpenMode::kReadOnly);
  if (!store) {
    EXPECT_EQ(store.error().code, kErrDamaged) << store.error().message;
    return std::nullopt;
  }
  int left = 0;
  EXPECT_TRUE((*store)->scan(Table::kRecords, {"", "z"}, Order::kForward,
                             [&](std::string_view, std::string_view) {
                               ++left;
                               return Visit::kContinue;
                             }));
  return left;
}

TEST(LogFiles, AFlippedBitAnywhereInTheLogIsReported) {
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

TEST(LogFiles, ZerosInTheLogAreReported) {
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

TEST(LogFiles, AFlippedBitAnywhereInTheListOfFilesIsReported) {
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

TEST(LogFiles, AMissingLogIsReported) {
  const Killed killed;
  fs::remove(killed.newest(".log"));
  EXPECT_EQ(writes_left(killed.folder()), std::nullopt);
}

}  // namespace
}  // namespace cowrite::storage
