// What durability costs: records per second through the commit thread, the latency of a lone
// commit, and the opening of a document. Run it alone on the machine.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/rocksdb_log.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

std::string bench_folder() {
  const char* chosen = std::getenv("COWRITE_BENCH_DIR");
  return chosen == nullptr ? "/var/tmp" : chosen;
}

// A document whose author types on: each append is the next `size` records, made when the one
// before was committed.
class Typist {
 public:
  Typist(RocksDbLog& log, std::size_t number, std::size_t size)
      : log_(log), key_{"docs", "document-" + std::to_string(number)}, size_(size) {}

  void type(const std::function<void(AppendOutcome)>& done) {
    std::vector<Record> records;
    for (std::size_t i = 0; i < size_; ++i) records.push_back(next_record());
    Append append;
    append.key = key_;
    append.expected_version = version_ - size_;
    append.records = std::make_shared<const std::vector<Record>>(std::move(records));
    append.exists_after = true;
    append.bytes_after = version_ - 1;
    log_.append(std::move(append), done);
  }

 private:
  Record next_record() {
    Record record;
    record.version = version_;
    record.source = "0123456789abcdef0123456789abcdef";
    record.sequence = version_ + 1;
    record.author = "Anonymous Otter";
    record.time_ms = 1'700'000'000'000 + static_cast<std::int64_t>(version_);
    if (version_ == 0) {
      record.change = Create{};
    } else {
      ot::OperationBuilder operation;
      operation.retain(version_ - 1).insert("x");
      record.change = Edit{std::move(operation).build()};
    }
    ++version_;
    return record;
  }

  RocksDbLog& log_;
  DocumentKey key_;
  std::size_t size_;
  std::uint64_t version_ = 0;
};

// Events posted from the commit thread to the thread that plays the event loop.
class Loop {
 public:
  void post(std::size_t event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    if (events_.size() == 1) posted_.notify_one();
  }
  // All that was posted since the last call; waits for something.
  std::vector<std::size_t> take() {
    std::unique_lock lock(mutex_);
    posted_.wait(lock, [this] { return !events_.empty(); });
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<std::size_t> events_;
};

std::function<void(AppendOutcome)> post_committed(Loop& loop, std::size_t event) {
  return [&loop, event](AppendOutcome outcome) {
    CHECK(outcome == AppendOutcome::kCommitted);
    loop.post(event);
  };
}

// 1,000 documents, each with one append in flight, of range(0) records.
void durable_records(benchmark::State& state) {
  constexpr std::size_t kDocuments = 1'000;
  constexpr std::size_t kRounds = 100;
  const auto size = static_cast<std::size_t>(state.range(0));
  std::size_t records = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const TempFolder folder(bench_folder());
    auto log = open_folder(folder.path());
    std::vector<Typist> typists;
    for (std::size_t i = 0; i < kDocuments; ++i) typists.emplace_back(*log, i, size);
    Loop loop;
    std::vector<std::size_t> rounds(kDocuments, 1);
    state.ResumeTiming();
    for (std::size_t i = 0; i < kDocuments; ++i) typists[i].type(post_committed(loop, i));
    for (std::size_t finished = 0; finished < kDocuments;) {
      for (const std::size_t i : loop.take()) {
        if (rounds[i]++ == kRounds) {
          ++finished;
        } else {
          typists[i].type(post_committed(loop, i));
        }
      }
    }
    state.PauseTiming();
    records += kDocuments * kRounds * size;
    log.reset();
    state.ResumeTiming();
  }
  state.counters["records"] =
      benchmark::Counter(static_cast<double>(records), benchmark::Counter::kIsRate);
}
BENCHMARK(durable_records)->Arg(1)->Arg(4)->Arg(16)->UseRealTime()->Unit(benchmark::kMillisecond);

// One document, one append at a time.
void lone_commit(benchmark::State& state) {
  TempFolder folder(bench_folder());
  const auto log = open_folder(folder.path());
  Typist typist(*log, 0, 1);
  Loop loop;
  std::vector<double> microseconds;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    typist.type(post_committed(loop, 0));
    loop.take();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    microseconds.push_back(took.count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  state.counters["p50_us"] = microseconds[microseconds.size() / 2];
  state.counters["p99_us"] = microseconds[microseconds.size() * 99 / 100];
}
BENCHMARK(lone_commit)->Iterations(5'000)->UseRealTime()->Unit(benchmark::kMicrosecond);

// A document of range(0) records with a checkpoint range(1) records before its end.
void open_document(benchmark::State& state) {
  TempFolder folder(bench_folder());
  const auto records = static_cast<std::size_t>(state.range(0));
  const auto tail = static_cast<std::size_t>(state.range(1));
  const DocumentKey key{"docs", "document-0"};
  {
    const auto log = open_folder(folder.path());
    Typist typist(*log, 0, 1'000);
    Loop loop;
    for (std::size_t written = 0; written < records; written += 1'000) {
      typist.type(post_committed(loop, 0));
      loop.take();
    }
    log->save_checkpoint(key, *log->history().snapshot(key, records - tail));
  }
  const auto log = open_folder(folder.path());
  for (auto _ : state) {
    benchmark::DoNotOptimize(log->history().snapshot(key, std::nullopt)->text.bytes());
  }
}
BENCHMARK(open_document)
    ->Args({10'000, 0})
    ->Args({100'000, 0})
    ->Args({100'000, 1'000})
    ->Args({100'000, 10'000})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cowrite::storage

BENCHMARK_MAIN();
