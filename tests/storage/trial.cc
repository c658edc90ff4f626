#include "tests/storage/trial.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <random>
#include <semaphore>

#include "storage/read/verify.h"
#include "tests/storage/fault_env.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kErased = Trial::kDocuments - 1;  // The document that is erased in the end.

}  // namespace

void write_on(Author& author, std::mt19937_64& random) {
  for (std::uint64_t left = 1 + random() % 3; left > 0; --left) {
    write_record(author, random, [&random] {
      const std::size_t pasted = random() % 8 == 0 ? 3'000 : 0;
      std::string text = "word ";
      for (std::size_t i = 0; i < pasted; ++i) text += static_cast<char>('a' + random() % 26);
      return text;
    });
  }
}

Trial::Trial(std::size_t rounds) {
  std::mt19937_64 random(rounds);
  for (std::size_t document = 0; document < kDocuments; ++document) {
    authors_.emplace_back(DocumentKey{"docs", "document " + std::to_string(document)});
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    Step& step = steps_.emplace_back();
    step.archive = round % 4 == 2;
    step.erase = round == rounds * 3 / 4;
    for (std::size_t document = 0; document < kDocuments; ++document) {
      Author& author = authors_[document];
      write_on(author, random);
      if (step.erase && document == kErased) {
        author.remove();
        erasable_ = author.records().size();
      }
      step.appends.at(document) = author.take();
      step.versions.at(document) = author.records().size();
    }
  }
}

void Trial::run(RocksDbLog& log) {
  for (const Step& step : steps_) {
    append_all(log, step);
    for (std::size_t document = 0; step.archive && document < kDocuments; ++document) {
      if (!failed_) {
        const std::uint64_t version = step.versions.at(document);
        log.save_checkpoint(authors_[document].key(), authors_[document].snapshots()[version]);
      }
    }
    if (step.erase && log.erase(authors_[kErased].key())) {
      const std::lock_guard lock(mutex_);
      promised_.erased = true;
    }
  }
}

// All at once, so that they share batches; ends when the outcome of each is known.
void Trial::append_all(RocksDbLog& log, const Step& step) {
  std::counting_semaphore<> known(0);
  std::ptrdiff_t asked = 0;
  const Promised before = promised();
  for (std::size_t document = 0; document < kDocuments; ++document) {
    const std::uint64_t version = step.versions.at(document);
    if (version <= before.versions.at(document)) continue;
    ++asked;
    log.append(step.appends.at(document), [this, document, version, &known](AppendOutcome outcome) {
      if (outcome == AppendOutcome::kCommitted) {
        EXPECT_FALSE(failed_) << "acknowledged after a failure";
        const std::lock_guard lock(mutex_);
        promised_.versions.at(document) = version;
      } else {
        EXPECT_NE(outcome, AppendOutcome::kConflict) << "nobody else writes";
        failed_ = failed_ || outcome == AppendOutcome::kUnknown;
      }
      known.release();
    });
  }
  for (; asked > 0; --asked) known.acquire();
}

Trial::Promised Trial::promised() const {
  const std::lock_guard lock(mutex_);
  return promised_;
}

void Trial::expect_kept(const std::string& folder, const Promised& promised) const {
  FaultEnv env(folder);  // It has no faults, but spares the syncs.
  const auto log = RocksDbLog::open(folder, OpenMode::kReadWrite, trial_options(env.env()));
  ASSERT_TRUE(log) << log.error().message;
  expect_kept(**log, promised);
}

void Trial::expect_kept(RocksDbLog& log, const Promised& promised) const {
  for (std::size_t document = 0; document < kDocuments; ++document) {
    expect_document(log, document, promised);
  }
  const Result<void> orphans = verify_no_orphans(*log.store().view());
  EXPECT_TRUE(orphans) << orphans.error().message;
  Author next({"docs", "afterwards"});
  next.create("it goes on");
  EXPECT_EQ(append(log, next.take()), AppendOutcome::kCommitted);
}

void Trial::expect_document(const RocksDbLog& log, std::size_t document,
                            const Promised& promised) const {
  const Author& author = authors_[document];
  const Result<std::optional<DocumentInfo>> found = log.history().info(author.key());
  ASSERT_TRUE(found) << found.error().message;
  const DocumentInfo info = found->value_or(DocumentInfo());
  ASSERT_GE(info.version, promised.versions.at(document)) << "document " << document;
  ASSERT_LE(info.version, author.records().size());
  const bool erased = document == kErased && info.erased == erasable_;
  ASSERT_TRUE(info.erased == 0 || erased);
  if (document == kErased && promised.erased) {
    ASSERT_TRUE(erased);
  }
  const Result<std::vector<Record>> records = log.history().records(
      author.key(), info.erased, info.version, std::numeric_limits<std::size_t>::max());
  ASSERT_TRUE(records) << records.error().message;
  const auto first = author.records().begin();
  ASSERT_EQ(*records, std::vector<Record>(first + static_cast<std::ptrdiff_t>(info.erased),
                                          first + static_cast<std::ptrdiff_t>(info.version)));
  for (std::uint64_t version = info.version;; version -= std::min<std::uint64_t>(version, 9)) {
    if (version < info.erased) break;
    const Result<Snapshot> snapshot = log.history().snapshot(author.key(), version);
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    const bool unknown = erased && version == info.erased;  // All that is left of it is its number.
    ASSERT_TRUE(unknown || same(*snapshot, author.snapshots()[version])) << "version " << version;
    if (version == 0) break;
  }
  if (info.version > 0) {
    const Result<Proof> proof = prove(log.store(), author.key());
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_EQ(proof->records, info.version - info.erased);
  }
}

LogOptions trial_options(rocksdb::Env* env) {
  LogOptions options;
  options.store.memory_bytes = std::size_t{1} << 20;
  options.store.env = env;
  options.store.sync_note_interval = std::chrono::milliseconds(1);
  options.free_bytes = [] { return std::numeric_limits<std::uint64_t>::max(); };
  return options;
}

std::string quick_folder() {
  const char* const memory = "/dev/shm";
  return access(memory, W_OK) == 0 ? memory : testing::TempDir();
}

std::size_t case_count(const char* variable, std::size_t otherwise) {
  const char* const chosen = std::getenv(variable);
  return chosen == nullptr ? otherwise : std::strtoul(chosen, nullptr, 10);
}

}  // namespace cowrite::storage
