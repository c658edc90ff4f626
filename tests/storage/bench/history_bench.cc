// What a long history costs: reading any version and any time of a document with 1,000,000 records,
// opening it after a restart, and proving it. The document is made once, and kept in
// COWRITE_BENCH_DIR if that is set.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "storage/read/verify.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

constexpr std::uint64_t kRecords = 1'000'000;
constexpr std::uint64_t kBatch = 500;

DocumentKey long_document() { return {"docs", "long"}; }

// Somebody types words at a cursor that jumps now and then, and deletes a quarter of it again.
class LongHistory {
 public:
  std::shared_ptr<const std::vector<Record>> next_batch() {
    auto records = std::make_shared<std::vector<Record>>();
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      records->push_back(next());
      CHECK(apply(now_, records->back()));
    }
    return records;
  }
  [[nodiscard]] const Snapshot& now() const { return now_; }

 private:
  Record next() {
    Record record;
    record.version = now_.version;
    record.source = "0123456789abcdef0123456789abcdef";
    record.sequence = now_.version + 1;
    record.author = "Anonymous Otter";
    record.time_ms = time_ms_ += static_cast<std::int64_t>(80 + random_() % 220);
    if (now_.version == 0) {
      record.change = Create{};
      return record;
    }
    const std::uint64_t length = now_.text.code_points();
    cursor_ = random_() % 50 == 0 ? random_() % (length + 1) : std::min(cursor_, length);
    ot::OperationBuilder operation;
    if (cursor_ > 0 && random_() % 4 == 0) {
      operation.retain(--cursor_).erase(1);
    } else {
      operation.retain(cursor_++).insert(std::string(1, static_cast<char>('a' + random_() % 26)));
    }
    record.change = Edit{std::move(operation).build()};
    return record;
  }

  std::mt19937_64 random_{1};
  std::int64_t time_ms_ = 1'700'000'000'000;
  std::uint64_t cursor_ = 0;
  Snapshot now_;
};

// The folder that holds the document; made if need be.
const std::string& long_folder() {
  static const char* const chosen = std::getenv("COWRITE_BENCH_DIR");
  static const TempFolder temp(chosen == nullptr ? "/var/tmp" : chosen);
  static const std::string folder =
      (chosen == nullptr ? temp.path() : std::string(chosen)) + "/long-history";
  static const bool made = [] {
    const auto log = open_folder(folder);
    LongHistory history;
    if (log->history().info(long_document())->has_value()) return true;
    while (history.now().version < kRecords) {
      Append batch{long_document(), history.now().version, history.next_batch()};
      batch.exists_after = true;
      batch.bytes_after = history.now().text.bytes();
      CHECK(append(*log, std::move(batch)) == AppendOutcome::kCommitted);
      if (history.now().version % 1'000 == 0) log->save_checkpoint(long_document(), history.now());
    }
    return true;
  }();
  CHECK(made);
  return folder;
}

void report(benchmark::State& state, std::vector<double> milliseconds) {
  std::sort(milliseconds.begin(), milliseconds.end());
  state.counters["p50_ms"] = milliseconds[milliseconds.size() / 2];
  state.counters["p99_ms"] = milliseconds[milliseconds.size() * 99 / 100];
  state.counters["max_ms"] = milliseconds.back();
}

// A reading of a place in history, each time another one.
void read_history(benchmark::State& state,
                  const std::function<void(const RocksDbLog&, std::mt19937_64&)>& read) {
  const auto log = open_folder(long_folder());
  std::mt19937_64 random(5);
  std::vector<double> milliseconds;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    read(*log, random);
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  report(state, std::move(milliseconds));
}

void any_version(benchmark::State& state) {
  read_history(state, [](const RocksDbLog& log, std::mt19937_64& random) {
    CHECK(log.history().snapshot(long_document(), random() % (kRecords + 1)));
  });
}
BENCHMARK(any_version)->Iterations(500)->Unit(benchmark::kMillisecond);

void any_time(benchmark::State& state) {
  const auto log = open_folder(long_folder());
  const DocumentInfo info = **log->history().info(long_document());
  std::mt19937_64 random(6);
  std::vector<double> milliseconds;
  for (auto _ : state) {
    const auto span = static_cast<std::uint64_t>(info.changed_ms - info.created_ms);
    const auto time = info.created_ms + static_cast<std::int64_t>(random() % span);
    const auto begin = std::chrono::steady_clock::now();
    const Result<std::uint64_t> version = log->history().version_at(long_document(), time);
    CHECK(version && log->history().snapshot(long_document(), *version));
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  report(state, std::move(milliseconds));
}
BENCHMARK(any_time)->Iterations(500)->Unit(benchmark::kMillisecond);

// After a restart, with nothing cached but what opening the folder has read.
void open_long_document(benchmark::State& state) {
  std::vector<double> milliseconds;
  for (auto _ : state) {
    state.PauseTiming();
    auto log = open_folder(long_folder());
    state.ResumeTiming();
    const auto begin = std::chrono::steady_clock::now();
    const Result<Snapshot> newest = log->history().snapshot(long_document(), std::nullopt);
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
    CHECK(newest && newest->version == kRecords);
    state.counters["text_kb"] = static_cast<double>(newest->text.bytes()) / 1e3;
    state.PauseTiming();
    log.reset();
    state.ResumeTiming();
  }
  report(state, std::move(milliseconds));
}
BENCHMARK(open_long_document)->Iterations(20)->Unit(benchmark::kMillisecond);

void open_folder_of_long_document(benchmark::State& state) {
  long_folder();
  for (auto _ : state) {
    const auto log = open_folder(long_folder());
    benchmark::DoNotOptimize(log->health().disk_free_bytes);
  }
}
BENCHMARK(open_folder_of_long_document)->Iterations(20)->Unit(benchmark::kMillisecond);

void verify_long_document(benchmark::State& state) {
  const auto log = open_folder(long_folder());
  for (auto _ : state) {
    CHECK(prove(log->store(), long_document()));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
}
BENCHMARK(verify_long_document)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cowrite::storage
