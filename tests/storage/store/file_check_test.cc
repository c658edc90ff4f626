// What RocksDB's own reading of damaged files would forgive.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

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

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void expect_blamed(const Error& error, const fs::path& file) {
  EXPECT_EQ(error.code, kErrDamaged) << error.message;
  EXPECT_NE(error.message.find(file.string()), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("restore it from a backup"), std::string::npos) << error.message;
}

// How many of the writes are there; none if the damage to the file is reported.
std::optional<int> writes_left(const std::string& folder, const fs::path& file) {
  const auto store = RocksDbStore::open(folder, OpenMode::kReadOnly);
  if (!store) {
    expect_blamed(store.error(), file);
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

// Damages a file at every `step`th place in turn, which is reported or costs no write.
void expect_no_silent_loss(
    const Killed& killed, const fs::path& file, std::size_t step,
    const std::function<void(std::string& bytes, std::size_t place)>& damage) {
  const std::string whole = read_file(file);
  for (std::size_t place = 0; place < whole.size(); place += step) {
    std::string damaged = whole;
    damage(damaged, place);
    write_file(file, damaged);
    const std::optional<int> left = writes_left(killed.folder(), file);
    EXPECT_TRUE(!left || *left == kWrites)
        << "byte " << place << " of " << whole.size() << ": " << *left << " writes are left";
  }
}

void flip_bit(std::string& bytes, std::size_t place) {
  bytes[place] = static_cast<char>(bytes[place] ^ 0x80);
}

TEST(FileCheck, AFlippedBitAnywhereInTheLogIsReported) {
  const Killed killed;
  expect_no_silent_loss(killed, killed.newest(".log"), 1, flip_bit);
}

TEST(FileCheck, AFlippedBitAnywhereInTheListOfFilesIsReported) {
  const Killed killed;
  expect_no_silent_loss(killed, killed.newest("MANIFEST-"), 3, flip_bit);
}

TEST(FileCheck, ZerosInTheLogAreReported) {
  const Killed killed;
  const auto zero = [](std::string& bytes, std::size_t place) {
    // At the very end they would look like a torn record.
    const std::size_t count = place + 64 < bytes.size() ? 32 : 0;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(place), count, '\0');
  };
  expect_no_silent_loss(killed, killed.newest(".log"), 5, zero);
}

TEST(FileCheck, ALogThatEndsInWhatNoRecordBeginsWithIsReported) {
  const Killed killed;
  const fs::path log = killed.newest(".log");
  const std::string whole = read_file(log);
  write_file(log, whole + "no record begins like this");
  EXPECT_EQ(writes_left(killed.folder(), log), std::nullopt);
  write_file(log, whole + std::string(500, '\0'));
  EXPECT_EQ(writes_left(killed.folder(), log), kWrites);
}

TEST(FileCheck, ALogMayEndAnywhereInItsLastRecord) {
  const Killed killed;
  const fs::path log = killed.newest(".log");
  const std::string whole = read_file(log);
  for (std::size_t cut = 1; cut < 37; ++cut) {
    write_file(log, whole.substr(0, whole.size() - cut));
    EXPECT_EQ(writes_left(killed.folder(), log), kWrites - 1) << cut;
  }
}

TEST(FileCheck, AMissingLogIsReported) {
  const Killed killed;
  fs::remove(killed.newest(".log"));
  EXPECT_EQ(RocksDbStore::open(killed.folder(), OpenMode::kReadOnly).error().code, kErrDamaged);
}

// A folder that was opened and closed once, some of whose files are then changed.
class Closed {
 public:
  Closed() : temp_(quick_folder()) {
    EXPECT_TRUE(RocksDbStore::open(folder(), OpenMode::kReadWrite));
  }

  [[nodiscard]] const std::string& folder() const { return temp_.path(); }
  void change(std::string_view kind, const std::function<void(std::string& bytes)>& change) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder())) {
      if (entry.path().filename().string().find(kind) == std::string::npos) continue;
      std::string bytes = read_file(entry.path());
      change(bytes);
      write_file(entry.path(), bytes);
    }
  }
  void expect_reported() const {
    for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
      EXPECT_EQ(RocksDbStore::open(folder(), mode).error().code, kErrDamaged);
    }
  }

 private:
  TempFolder temp_;
};

TEST(FileCheck, ATableWhoseBlocksWouldNotBeCheckedIsReported) {
  Closed closed;
  closed.change(".sst", [](std::string& bytes) {
    ASSERT_GT(bytes.size(), 53U);
    ASSERT_EQ(bytes[bytes.size() - 53], '\4');
    bytes[bytes.size() - 53] = '\0';
  });
  closed.expect_reported();
}

// RocksDB, as it is packaged, ends the process over this.
TEST(FileCheck, ATableWhosePropertiesHaveAFormThatTheyNeverHaveIsReported) {
  Closed closed;
  closed.change(".sst", [](std::string& bytes) {
    std::string_view footer = std::string_view(bytes).substr(bytes.size() - 52);
    const std::optional<std::uint64_t> index = ot::take_varint(footer);
    ASSERT_TRUE(index && *index < bytes.size());
    bytes[*index - 6] = '\x80';
  });
  closed.expect_reported();
}

TEST(FileCheck, ATableThatCannotBeOpenedIsNamedToAWriter) {
  const Closed closed;
  fs::path file;
  for (const fs::directory_entry& entry : fs::directory_iterator(closed.folder())) {
    if (entry.path().extension() == ".sst") file = std::max(file, entry.path());
  }
  const std::string whole = read_file(file);
  std::size_t refused = 0;
  for (std::size_t place = 0; place < whole.size(); place += 19) {
    const TempFolder temp(quick_folder());
    const fs::path copy = temp / "data";
    fs::copy(closed.folder(), copy);
    std::string damaged = whole;
    flip_bit(damaged, place);
    write_file(copy / file.filename(), damaged);
    const auto store = RocksDbStore::open(copy, OpenMode::kReadWrite);
    if (store) continue;
    ++refused;
    expect_blamed(store.error(), copy / file.filename());
  }
  EXPECT_GT(refused, 0U);
}

TEST(FileCheck, AListOfFilesThatWasCutToItsBeginningIsReported) {
  Closed closed;
  fs::remove(closed.folder() + "/CLOSED");
  closed.change("MANIFEST-", [](std::string& bytes) { bytes.resize(95); });
  closed.expect_reported();
}

}  // namespace
}  // namespace cowrite::storage
