// A writer that ends without warning: what it acknowledged is there, once, and nothing is half
// there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "storage/errors.h"
#include "storage/read/latest_history.h"
#include "storage/read/verify.h"
#include "storage/store/file_check.h"
#include "storage/store/rocksdb_store.h"
#include "storage/store/sync_note.h"
#include "tests/storage/crash_writer.h"
#include "tests/storage/support.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

struct Outcome {
  std::size_t document = 0;
  std::uint64_t version = 0;  // After the append.
  AppendOutcome outcome = AppendOutcome::kRefused;
};

// A crash_writer in another process, and what it says.
class Writer {
 public:
  explicit Writer(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), COWRITE_CRASH_WRITER);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    std::array<int, 2> ends{};
    CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    CHECK(posix_spawn_file_actions_init(&actions) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0);
    CHECK(posix_spawn(&process_, pointers[0], &actions, nullptr, pointers.data(), environ) == 0);
    CHECK(posix_spawn_file_actions_destroy(&actions) == 0);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
    CHECK(output_ != nullptr);
  }
  ~Writer() { fclose(output_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // False at the end of its output.
  bool next(Outcome& outcome) {
    int code = 0;
    if (fscanf(output_, "%zu %lu %d\n", &outcome.document, &outcome.version, &code) != 3) {
      return false;
    }
    outcome.outcome = static_cast<AppendOutcome>(code);
    return true;
  }
  void kill() const { CHECK(::kill(process_, SIGKILL) == 0); }
  // How it ended, as waitpid() says.
  [[nodiscard]] int wait() const {
    int status = 0;
    CHECK(waitpid(process_, &status, 0) == process_);
    return status;
  }

 private:
  pid_t process_ = 0;
  FILE* output_ = nullptr;
};

using Versions = std::array<std::uint64_t, kCrashDocuments>;

// Every document is whole and at least at its acknowledged version.
void expect_nothing_lost(const Store& store, const Versions& acknowledged) {
  const LatestHistory history(store);
  for (std::size_t document = 0; document < kCrashDocuments; ++document) {
    const DocumentKey key = crash_document(document);
    const Result<Snapshot> newest = history.snapshot(key, std::nullopt);
    ASSERT_TRUE(newest) << newest.error().message;
    ASSERT_GE(newest->version, acknowledged.at(document)) << "document " << document;
    const Result<std::vector<Record>> records =
        history.records(key, 0, newest->version, std::numeric_limits<std::size_t>::max());
    ASSERT_TRUE(records) << records.error().message;
    ASSERT_EQ(records->size(), newest->version);
    for (std::uint64_t version = 0; version < newest->version; ++version) {
      ASSERT_EQ((*records)[version], crash_record(document, version));
    }
    if (newest->version > 0) {
      const Result<Proof> proof = prove(store, key);
      ASSERT_TRUE(proof) << proof.error().message;
      const SourceEntry expected = {newest->version, newest->version - 1};
      EXPECT_EQ(newest_of(history, key, records->back().source)->value(), expected);
    }
  }
}

// Kills writers of one folder, one after the other, and looks at what each has left.
void kill_writers(std::size_t kills) {
  const TempFolder temp;
  Versions acknowledged{};
  for (std::size_t round = 0; round < kills; ++round) {
    Writer writer({temp.path()});
    Outcome outcome;
    const std::size_t until = 50 + 211 * (round % 7);
    for (std::size_t seen = 0; writer.next(outcome); ++seen) {
      ASSERT_EQ(outcome.outcome, AppendOutcome::kCommitted);
      acknowledged.at(outcome.document) = outcome.version;
      if (seen == until) writer.kill();
    }
    const int status = writer.wait();
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    if (round % 2 == 0) {
      const auto log = open_folder(temp.path());
      expect_nothing_lost(log->store(), acknowledged);
    } else {  // The next writer is the first to open it for writing.
      const auto store = RocksDbStore::open(temp.path(), OpenMode::kReadOnly);
      ASSERT_TRUE(store) << store.error().message;
      expect_nothing_lost(**store, acknowledged);
    }
  }
}

// COWRITE_KILLS says how many kills. A new folder now and then, since all of it is proven each
// time.
TEST(Crash, WhatWasAcknowledgedBeforeAKillIsThereAfterIt) {
  constexpr std::size_t kPerFolder = 25;
  for (std::size_t left = case_count("COWRITE_KILLS", 5); left > 0 && !HasFailure();) {
    const std::size_t now = std::min(left, kPerFolder);
    kill_writers(now);
    left -= now;
  }
}

// The note comes with the interval that servers have, so this takes a second.
TEST(Crash, TheNewestLogIsReportedIfItIsMissingOrCutAfterAKill) {
  namespace fs = std::filesystem;
  const TempFolder temp;
  Writer writer({temp / "data"});
  Outcome outcome;
  while (!fs::exists(temp / "data/SYNCED") && writer.next(outcome)) {
  }
  for (std::size_t more = 0; more < 100 && writer.next(outcome); ++more) {
  }
  writer.kill();
  EXPECT_TRUE(WIFSIGNALED(writer.wait()));
  const Result<std::optional<SyncNote>> note = read_sync_note(temp / "data");
  ASSERT_TRUE(note && *note);
  const std::string log = "/" + log_file((*note)->log);
  const std::uint64_t bytes = fs::file_size((temp / "data") + log);
  EXPECT_GE(bytes, (*note)->bytes);
  for (const std::uint64_t left : {std::uint64_t{0}, bytes / 4, (*note)->bytes - 1}) {
    const std::string copy = temp / ("cut to " + std::to_string(left));
    fs::copy(temp / "data", copy);
    fs::resize_file(copy + log, left);
    EXPECT_EQ(RocksDbStore::open(copy, OpenMode::kReadOnly).error().code, kErrDamaged);
    fs::remove(copy + log);
    EXPECT_EQ(RocksDbStore::open(copy, OpenMode::kReadOnly).error().code, kErrDamaged);
  }
  fs::copy(temp / "data", temp / "torn");
  fs::resize_file((temp / "torn") + log, (*note)->bytes);
  EXPECT_TRUE(RocksDbStore::open(temp / "torn", OpenMode::kReadOnly));
}

TEST(Crash, AReaderBesideAWriterSeesAllThatWasAcknowledgedBeforeItOpened) {
  const TempFolder temp;
  Writer writer({temp.path()});
  Versions acknowledged{};
  Outcome outcome;
  for (std::size_t seen = 0; seen < 2'000 && writer.next(outcome); ++seen) {
    acknowledged.at(outcome.document) = outcome.version;
    if (seen % 200 != 199) continue;
    const auto store = RocksDbStore::open(temp.path(), OpenMode::kReadOnly);
    ASSERT_TRUE(store) << store.error().message;
    expect_nothing_lost(**store, acknowledged);
    EXPECT_EQ(RocksDbStore::open(temp.path(), OpenMode::kReadWrite).error().code, kErrInUse);
  }
  writer.kill();
  EXPECT_TRUE(WIFSIGNALED(writer.wait()));
}

TEST(Crash, AfterAFailedWriteNothingIsAcknowledgedAndNothingAcknowledgedIsLost) {
  const TempFolder temp;
  Writer writer({temp.path(), std::to_string(1 << 20)});
  Versions acknowledged{};
  Outcome outcome;
  std::size_t committed = 0;
  std::size_t unknown = 0;
  std::size_t refused = 0;
  while (writer.next(outcome)) {
    switch (outcome.outcome) {
      case AppendOutcome::kCommitted:
        ASSERT_EQ(unknown, 0U) << "after a failed write";
        acknowledged.at(outcome.document) = outcome.version;
        ++committed;
        break;
      case AppendOutcome::kUnknown:
        ASSERT_EQ(refused, 0U) << "written after a failed write";
        ++unknown;
        break;
      case AppendOutcome::kRefused:
        ++refused;
        break;
      case AppendOutcome::kConflict:
        FAIL() << "nobody else writes";
    }
  }
  EXPECT_TRUE(WIFEXITED(writer.wait()));
  EXPECT_GT(committed, 0U);
  EXPECT_GT(unknown, 0U);
  EXPECT_LE(unknown, kCrashDocuments);  // One batch.
  EXPECT_GT(refused, 0U);
  const auto log = open_folder(temp.path());
  expect_nothing_lost(log->store(), acknowledged);
}

}  // namespace
}  // namespace cowrite::storage
