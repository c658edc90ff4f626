// RocksDbLog as a document meets it: appends and their outcomes, and what is there after a restart.
#include "storage/rocksdb_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <latch>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "storage/errors.h"
#include "storage/read/verify.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

using namespace std::string_literals;

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

constexpr ReadOrder kLook{Urgency::kPast, Payer::kServer};

void expect_history(const History& history, const Author& author) {
  const Result<std::vector<Record>> records = history.records(author.key(), 0, 1 << 30, kNoLimit);
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_EQ(*records, author.records());
  const Result<Snapshot> snapshot = history.snapshot(author.key(), std::nullopt);
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_TRUE(same(*snapshot, author.newest()));
}

TEST(RocksDbLog, WhatWasAppendedIsReadInOrder) {
  const auto log = open_in_memory();
  Author author({"docs", "readme"});
  author.create("hello").insert(5, " world").erase(0, 1);
  EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  author.insert(0, "J").remove();
  EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  expect_history(log->history(), author);
}

TEST(RocksDbLog, ABatchThatExpectsAnotherVersionIsAConflictAndWritesNothing) {
  const auto log = open_in_memory();
  Author author({"docs", "readme"});
  author.create("hello");
  ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);

  Author rival({"docs", "readme"});
  rival.as("rival").create("hello");
  EXPECT_EQ(append(*log, rival.take()), AppendOutcome::kConflict);  // Behind.
  static_cast<void>(rival.insert(0, "a").take());
  EXPECT_EQ(append(*log, rival.insert(0, "b").take()), AppendOutcome::kConflict);  // Ahead.
  expect_history(log->history(), author);
  EXPECT_FALSE(newest_of(log->history(), author.key(), "rival")->has_value());
}

TEST(RocksDbLog, AConflictHurtsNoOtherDocumentOfItsBatch) {
  const auto log = open_in_memory();
  Author first({"docs", "first"});
  Author second({"docs", "second"});
  Gate gate;
  std::vector<AppendOutcome> outcomes;
  log->append(first.create("1").take(), [pass = gate.pass()](AppendOutcome) { pass(); });
  gate.wait_until_reached();
  const auto note = [&outcomes](AppendOutcome outcome) { outcomes.push_back(outcome); };
  log->append(Author({"docs", "first"}).create("2").take(), note);  // These become one batch.
  log->append(second.create("3").take(), note);
  log->append(first.insert(1, "4").take(), note);
  std::promise<void> last;
  log->append(first.insert(1, "5").take(), [&](AppendOutcome outcome) {
    note(outcome);
    last.set_value();
  });
  gate.open();
  last.get_future().wait();
  const LogStatistics counted = log->statistics();
  EXPECT_EQ(counted.committed, 4U);
  EXPECT_EQ(counted.conflicts, 1U);
  EXPECT_EQ(counted.refused + counted.unknown, 0U);
  EXPECT_EQ(counted.commit_seconds.total(), 4U);
  EXPECT_EQ(counted.batch_records.total(), 2U);
  EXPECT_EQ(counted.batch_records.sum, 4.0);
  EXPECT_EQ(counted.queued_bytes, 0U);
  EXPECT_EQ(outcomes,
            (std::vector<AppendOutcome>{AppendOutcome::kConflict, AppendOutcome::kCommitted,
                                        AppendOutcome::kCommitted, AppendOutcome::kCommitted}));
  expect_history(log->history(), first);
  expect_history(log->history(), second);
}

TEST(RocksDbLog, AppendsThatAreQueuedTogetherAreAnsweredTogetherEachWithItsOwnOutcome) {
  const auto log = open_in_memory();
  Author first({"docs", "first"});
  Author second({"docs", "second"});
  std::vector<Append> appends;
  appends.push_back(first.create("1").take());
  appends.push_back(Author({"docs", "first"}).create("2").take());
  appends.push_back(second.create("3").take());
  std::promise<std::vector<AppendOutcome>> answer;
  log->append(std::move(appends),
              [&](const std::vector<AppendOutcome>& outcomes) { answer.set_value(outcomes); });
  EXPECT_EQ(answer.get_future().get(),
            (std::vector<AppendOutcome>{AppendOutcome::kCommitted, AppendOutcome::kConflict,
                                        AppendOutcome::kCommitted}));
  EXPECT_EQ(log->statistics().batch_records.total(), 1U);
  expect_history(log->history(), first);
  expect_history(log->history(), second);
}

TEST(RocksDbLog, AnAppendThatDoesNotFitTheQueueIsRefusedAndLaterOnesAreNot) {
  const auto log = open_in_memory();
  Gate gate;
  log->append(Author({"docs", "a"}).create("").take(),
              [pass = gate.pass()](AppendOutcome) { pass(); });
  gate.wait_until_reached();
  std::promise<AppendOutcome> small;
  std::promise<AppendOutcome> large;
  std::promise<AppendOutcome> later;
  log->append(Author({"docs", "b"}).create("small").take(),
              [&small](AppendOutcome outcome) { small.set_value(outcome); });
  Append too_large = Author({"docs", "c"}).create("").take();
  too_large.records = std::make_shared<const std::vector<Record>>(std::vector<Record>{
      {0, "ann", 1, "", 1, Create{std::string(LogOptions().memory_bytes / kWaitingShare, 'x')}}});
  log->append(std::move(too_large), [&large](AppendOutcome outcome) { large.set_value(outcome); });
  log->append(Author({"docs", "d"}).create("later").take(),
              [&later](AppendOutcome outcome) { later.set_value(outcome); });
  gate.open();
  EXPECT_EQ(small.get_future().get(), AppendOutcome::kCommitted);
  EXPECT_EQ(large.get_future().get(), AppendOutcome::kRefused);
  EXPECT_EQ(later.get_future().get(), AppendOutcome::kCommitted);
  EXPECT_FALSE(log->history().info({"docs", "c"})->has_value());
  EXPECT_FALSE(log->failure().has_value());
}

TEST(RocksDbLog, AReadingJobSeesOneStateAndTheNextJobTheNewest) {
  Author author({"docs", "a"});
  Gate gate;
  std::promise<void> read;
  const auto log = open_in_memory();
  ASSERT_EQ(append(*log, author.create("x").take()), AppendOutcome::kCommitted);
  log->read({Urgency::kOpening, Payer::kServer}, [&, pass = gate.pass()](const History& history) {
    EXPECT_EQ((*history.info(author.key()))->version, 1U);
    pass();
    EXPECT_EQ((*history.info(author.key()))->version, 1U);
    EXPECT_EQ(history.snapshot(author.key(), std::nullopt)->version, 1U);
    EXPECT_EQ((*newest_of(history, author.key(), "ann"))->version, 0U);
    read.set_value();
  });
  gate.wait_until_reached();
  ASSERT_EQ(append(*log, author.insert(0, "y").take()), AppendOutcome::kCommitted);
  EXPECT_EQ((*log->history().info(author.key()))->version, 2U);
  std::promise<std::uint64_t> next;
  log->read(kLook, [&](const History& history) {
    next.set_value((*history.info(author.key()))->version);
  });
  EXPECT_EQ(next.get_future().get(), 2U);
  gate.open();
  read.get_future().get();  // What is being read when the log closes fails.
}

TEST(RocksDbLog, AppendsThatAreQueuedAreDoneBeforeItCloses) {
  const TempFolder temp;
  std::vector<Author> authors;
  std::atomic<int> committed = 0;
  {
    const auto log = open_folder(temp.path());
    for (int i = 0; i < 300; ++i) {
      authors.push_back(Author({"docs", std::to_string(i)}).create("text " + std::to_string(i)));
      log->append(authors.back().take(), [&committed](AppendOutcome outcome) {
        committed += outcome == AppendOutcome::kCommitted ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(committed, 300);
  const auto log = open_folder(temp.path());
  for (const Author& author : authors) expect_history(log->history(), author);
}

TEST(RocksDbLog, DocumentsGoOnAfterARestartWhereTheyWere) {
  const TempFolder temp;
  Author author({"docs", "readme"});
  Author other({"docs", "other"});
  for (int run = 0; run < 3; ++run) {
    const auto log = open_folder(temp.path());
    if (run == 0) author.create("");
    author.as("source " + std::to_string(run)).later(10).insert(0, std::to_string(run));
    EXPECT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    Author fresh({"docs", "new in run " + std::to_string(run)});
    EXPECT_EQ(append(*log, fresh.create("fresh").take()), AppendOutcome::kCommitted);
    expect_history(log->history(), author);
    expect_history(log->history(), fresh);
    for (int past = 0; past <= run; ++past) {
      const std::string source = "source " + std::to_string(past);
      const SourceEntry expected = {static_cast<std::uint64_t>(past) + 2,
                                    static_cast<std::uint64_t>(past) + 1};
      EXPECT_EQ(newest_of(log->history(), author.key(), source)->value(), expected);
    }
    EXPECT_FALSE(newest_of(log->history(), author.key(), "nobody")->has_value());
  }
}

TEST(RocksDbLog, DocumentsWithHostileNamesStayApart) {
  const auto log = open_in_memory();
  std::vector<Author> authors;
  for (const DocumentKey& key :
       std::vector<DocumentKey>{{"a.b", "c"},
                                {"a", "b.c"},
                                {"", ""},
                                {"", "\0"s},
                                {"\0"s, ""},
                                {"\0\x01"s, ""},
                                {"\xFF", "\xFF\xFF"},
                                {"\xFF\xFF", "\xFF"},
                                {"../..", "/etc/passwd"},
                                {std::string(256, '\0'), std::string(256, '\xFF')}}) {
    authors.push_back(Author(key).create(std::to_string(authors.size())));
    ASSERT_EQ(append(*log, authors.back().take()), AppendOutcome::kCommitted) << describe(key);
  }
  for (Author& author : authors) {
    author.as("a\0b"s).insert(1, "!");
    ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  }
  for (const Author& author : authors) {
    expect_history(log->history(), author);
    EXPECT_EQ(newest_of(log->history(), author.key(), "a\0b"s)->value().version, 1U);
    EXPECT_FALSE(newest_of(log->history(), author.key(), "a")->has_value());
  }
}

TEST(RocksDbLog, TheLastRecordOfASourceIsTheOneInTheIndex) {
  const auto log = open_in_memory();
  Author author({"docs", "a"});
  author.as("ann").create("").insert(0, "1").as("bob").insert(0, "2").as("ann").insert(0, "3");
  author.insert(0, "4").as("bob").insert(0, "5");
  ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
  EXPECT_EQ(newest_of(log->history(), author.key(), "ann")->value(), (SourceEntry{5, 4}));
  EXPECT_EQ(newest_of(log->history(), author.key(), "bob")->value(), (SourceEntry{6, 5}));
}

TEST(RocksDbLog, ManyDocumentsAppendFromSeveralThreadsWhileOthersRead) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kDocuments = 8;
  constexpr int kRounds = 40;
  const auto log = open_in_memory();
  std::vector<Author> authors;
  for (std::size_t i = 0; i < kThreads * kDocuments; ++i) {
    authors.emplace_back(DocumentKey{"docs", std::to_string(i)});
  }
  std::latch reads(kThreads * kDocuments * kRounds);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        for (std::size_t i = 0; i < kDocuments; ++i) {
          Author& author = authors[thread * kDocuments + i];
          round == 0 ? author.create("") : author.insert(0, std::to_string(round) + " ");
          ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
          log->save_checkpoint(author.key(), author.newest());
          log->read(kLook, [&reads, expected = author.newest(),
                            key = author.key()](const History& history) {
            const Result<Snapshot> read = history.snapshot(key, expected.version);
            EXPECT_TRUE(read && same(*read, expected));
            reads.count_down();
          });
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  reads.wait();
  for (const Author& author : authors) expect_history(log->history(), author);
}

TEST(RocksDbLog, AnErasedHistoryIsGoneAndItsVersionsGoOn) {
  const TempFolder temp;
  Author author({"docs", "a"});
  author.create("a secret").insert(0, "another secret").remove();
  {
    const auto log = open_folder(temp.path());
    EXPECT_EQ(log->erase(author.key()).error().code, kErrDocumentUnknown);
    ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    log->save_checkpoint(author.key(), author.newest());
    log->pack(author.key(), author.newest().version);
    const Result<void> erased = log->erase(author.key());
    ASSERT_TRUE(erased) << erased.error().message;
    const History& history = log->history();
    EXPECT_EQ((*history.info(author.key()))->version, 3U);
    EXPECT_EQ((*history.info(author.key()))->erased, 3U);
    EXPECT_EQ(history.snapshot(author.key(), 2).error().code, kErrErased);
    EXPECT_EQ(history.records(author.key(), 0, 3, 1'000).error().code, kErrErased);
    EXPECT_FALSE(newest_of(history, author.key(), "ann")->has_value());
    EXPECT_FALSE(history.snapshot(author.key(), std::nullopt)->exists);
    author.create("open").insert(0, "y");
    ASSERT_EQ(append(*log, author.take()), AppendOutcome::kCommitted);
    EXPECT_EQ(log->erase(author.key()).error().code, kErrConflict) << "it exists";
    log->save_checkpoint(author.key(), author.newest());
  }
  for (const auto& entry : std::filesystem::directory_iterator(temp.path())) {
    EXPECT_EQ(read_file(entry.path()).find("secret"), std::string::npos) << entry.path();
  }
  const auto log = open_folder(temp.path());
  EXPECT_TRUE(same(*log->history().snapshot(author.key(), std::nullopt), author.newest()));
  const Result<Proof> proof = prove(log->store(), author.key());
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof->records, 2U);
}

TEST(RocksDbLog, ANewDocumentNeverGetsTheNumberOfAnErasedOne) {
  const TempFolder temp;
  Author first({"docs", "first"});
  {
    const auto log = open_folder(temp.path());
    ASSERT_EQ(append(*log, first.create("x").remove().take()), AppendOutcome::kCommitted);
    ASSERT_TRUE(log->erase(first.key()));
  }
  const auto log = open_folder(temp.path());
  Author second({"docs", "second"});
  ASSERT_EQ(append(*log, second.create("y").take()), AppendOutcome::kCommitted);
  ASSERT_EQ(append(*log, first.create("z").take()), AppendOutcome::kCommitted);
  EXPECT_TRUE(same(*log->history().snapshot(first.key(), std::nullopt), first.newest()));
  EXPECT_TRUE(same(*log->history().snapshot(second.key(), std::nullopt), second.newest()));
}

// A log whose disk has as much room as the test says.
class SmallDisk {
 public:
  SmallDisk() {
    LogOptions options;
    options.disk_reserve_bytes = 1'000;
    options.free_bytes = [this] { return free_.load(); };
    log_ = *RocksDbLog::open("", OpenMode::kInMemory, options);
  }
  ~SmallDisk() { log_.reset(); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void have(std::uint64_t bytes) { free_ = bytes; }
  [[nodiscard]] RocksDbLog& log() { return *log_; }
  void close() { log_.reset(); }

 private:
  std::atomic<std::uint64_t> free_ = 1'000;
  std::unique_ptr<RocksDbLog> log_;
};

TEST(RocksDbLog, AppendsWaitWhileTheDiskIsLowAndGoOnByThemselves) {
  SmallDisk disk;
  Author author({"docs", "a"});
  ASSERT_EQ(append(disk.log(), author.create("x").take()), AppendOutcome::kCommitted);
  disk.have(999);
  std::promise<AppendOutcome> outcome;
  std::future<AppendOutcome> known = outcome.get_future();
  disk.log().append(author.insert(0, "y").take(),
                    [&outcome](AppendOutcome value) { outcome.set_value(value); });
  while (!disk.log().health().waits_for_disk) std::this_thread::yield();
  EXPECT_EQ(disk.log().history().snapshot(author.key(), std::nullopt)->version, 1U) << "is read";
  disk.have(1'000);
  EXPECT_EQ(known.get(), AppendOutcome::kCommitted);
  EXPECT_FALSE(disk.log().health().waits_for_disk);
}

TEST(RocksDbLog, AppendsThatWaitForTheDiskAreRefusedAtTheEnd) {
  SmallDisk disk;
  Author author({"docs", "a"});
  disk.have(0);
  std::promise<AppendOutcome> outcome;
  disk.log().append(author.create("x").take(),
                    [&outcome](AppendOutcome value) { outcome.set_value(value); });
  disk.close();
  EXPECT_EQ(outcome.get_future().get(), AppendOutcome::kRefused);
}

TEST(RocksDbLog, AnErasureIsRefusedWhileTheDiskIsLowAndNotCarriedOutLater) {
  SmallDisk disk;
  Author author({"docs", "a"});
  Author other({"docs", "b"});
  ASSERT_EQ(append(disk.log(), author.create("x").remove().take()), AppendOutcome::kCommitted);
  disk.have(999);
  EXPECT_EQ(disk.log().erase(author.key()).error().code, kErrDiskFull);
  std::promise<AppendOutcome> outcome;
  disk.log().append(other.create("y").take(),
                    [&outcome](AppendOutcome value) { outcome.set_value(value); });
  EXPECT_EQ(disk.log().erase(author.key()).error().code, kErrDiskFull) << "behind what waits";
  disk.have(1'000);
  EXPECT_EQ(outcome.get_future().get(), AppendOutcome::kCommitted);
  EXPECT_EQ((*disk.log().history().info(author.key()))->erased, 0U);
  EXPECT_TRUE(disk.log().erase(author.key()));
}

TEST(RocksDbLog, ADiskThatIsLowFromTheBeginningIsRefused) {
  const TempFolder temp;
  LogOptions options;
  options.free_bytes = [] { return std::uint64_t{0}; };
  const auto log = RocksDbLog::open(temp / "data", OpenMode::kReadWrite, options);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, kErrDiskFull);
  EXPECT_FALSE(std::filesystem::exists(temp / "data"));
}

TEST(RocksDbLog, AHistoryKeepsItsIdAndAnotherFolderHasAnother) {
  const TempFolder temp;
  const std::string id = open_folder(temp / "a")->history_id();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(open_folder(temp / "a")->history_id(), id);
  EXPECT_NE(open_folder(temp / "b")->history_id(), id);
}

}  // namespace
}  // namespace cowrite::storage
