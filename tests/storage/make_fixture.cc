// Makes the folder that format_test opens for ever, and says what it holds:
//
//     make_fixture FOLDER
//
// Run it once for each released format, with the FOLDER tests/storage/data/format-N; never again
// for a format that was released.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "storage/rocksdb_log.h"
#include "tests/storage/format_fixture.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

void commit(RocksDbLog& log, Author& author) {
  CHECK(append(log, author.take()) == AppendOutcome::kCommitted);
}

// Words by several people, in several scripts, a part of them deleted again.
void write_prose(RocksDbLog& log, Author& author, std::size_t records) {
  std::mt19937_64 random(records);
  author.create("# Ünïcödé 中文 🙂\n");
  for (std::size_t i = 1; i < records; ++i) {
    author.as(random() % 5 == 0 ? "ben" : "ann").later(static_cast<std::int64_t>(random() % 9'000));
    const std::uint64_t length = author.newest().text.code_points();
    if (random() % 5 == 0) {
      author.erase(random() % length, 1);
    } else {
      author.insert(random() % (length + 1), random() % 9 == 0 ? "🙂" : "wörd ");
    }
    if (i % 300 == 299) {
      commit(log, author);
      log.save_checkpoint(author.key(), author.newest());
    }
  }
  commit(log, author);
}

void write_all(RocksDbLog& log) {
  Author prose({"docs", "prose"});
  write_prose(log, prose, 1'000);

  Author deleted({"docs", "deleted"});
  deleted.create("gone").insert(4, ", but its history stays").remove();
  commit(log, deleted);

  Author erased({"docs", "erased"});
  erased.create("gone for good").insert(0, "all ").remove();
  commit(log, erased);
  CHECK(log.erase(erased.key()));
  erased.create("begun anew").insert(10, "!");
  commit(log, erased);

  Author hostile({"a/b", std::string("\0\n\x01", 3)});
  hostile.as("").create("a name of any bytes").as(std::string(300, 's')).insert(0, "\xEF\xBB\xBF");
  commit(log, hostile);
}

}  // namespace
}  // namespace cowrite::storage

int main(int count, char** arguments) {
  using namespace cowrite::storage;
  CHECK(count == 2);
  const std::string folder = arguments[1];
  {
    const auto log = RocksDbLog::open(folder, OpenMode::kReadWrite);
    CHECK(log);
    write_all(**log);
  }
  const auto store = RocksDbStore::open(folder, OpenMode::kReadOnly);
  CHECK(store);
  std::ofstream(folder + ".txt") << fixture_contents(**store);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("LOG") || name.starts_with("OPTIONS-") || name == "LOCK") {
      std::filesystem::remove(entry.path());  // They hold no data.
    }
  }
}
