// How fast an operation is rebased over much that was committed since.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <utility>
#include <vector>

#include "ot/compose.h"
#include "ot/history_blocks.h"
#include "ot/transform.h"

namespace cowrite::ot {
namespace {

constexpr std::uint64_t kTextLength = 100'000;
constexpr HistoryBlocks::Limits kLimits{.operations = 1U << 17U, .bytes = 64U << 20U};

// A few people at work in one text: they type, delete now and then, and go elsewhere.
std::vector<Operation> writing(std::size_t count) {
  struct Writer {
    std::uint64_t at = 0;
  };
  std::mt19937_64 random(1);
  std::vector<Writer> writers(5);
  std::uint64_t length = kTextLength;
  std::vector<Operation> log;
  while (log.size() < count) {
    Writer& writer = writers[random() % writers.size()];
    if (random() % 100 == 0) writer.at = random() % (length + 1);
    writer.at = std::min(writer.at, length);
    OperationBuilder edit;
    std::uint64_t changed_at = writer.at;
    if (random() % 8 == 0 && writer.at > 0) {
      changed_at = --writer.at;
      edit.retain(changed_at).erase(1);
      --length;
    } else {
      edit.retain(writer.at++).insert("e");
      ++length;
    }
    log.push_back(std::move(edit).build());
  }
  return log;
}

// Single letters put and deleted all over a text.
std::vector<Operation> scattered(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uint64_t length = kTextLength;
  std::vector<Operation> log;
  while (log.size() < count) {
    OperationBuilder edit;
    edit.retain(random() % length);
    if (random() % 2 == 0) {
      edit.insert("s");
      ++length;
    } else {
      edit.erase(1);
      --length;
    }
    log.push_back(std::move(edit).build());
  }
  return log;
}

HistoryBlocks blocks_of(const std::vector<Operation>& log) {
  HistoryBlocks blocks(0, kLimits);
  for (const Operation& operation : log) blocks.push(operation);
  return blocks;
}

// Submissions made so many operations ago, at random places.
std::vector<Operation> submissions() {
  std::mt19937_64 random(2);
  std::vector<Operation> made;
  for (int i = 0; i < 1'024; ++i) {
    made.push_back(
        std::move(OperationBuilder().retain(random() % (kTextLength / 2)).insert("x")).build());
  }
  return made;
}

void rebase_warm(benchmark::State& state, const std::vector<Operation>& log) {
  HistoryBlocks blocks = blocks_of(log);
  const std::vector<Operation> made = submissions();
  const auto behind = static_cast<std::uint64_t>(state.range(0));
  // From a little more or less far, so that no one block is always the right one.
  const auto from = [&](std::size_t i) { return blocks.end() - behind + i % (behind / 16); };
  for (std::size_t i = 0; i < 100'000; ++i) {
    benchmark::DoNotOptimize(blocks.rebase(made[i % made.size()], from(i), blocks.end()));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(blocks.rebase(made[next % made.size()], from(next), blocks.end()));
    ++next;
  }
  state.counters["bytes_per_operation"] =
      static_cast<double>(blocks.bytes()) / static_cast<double>(log.size());
}

void RebaseOverWriting(benchmark::State& state) { rebase_warm(state, writing(100'100)); }
BENCHMARK(RebaseOverWriting)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);

void RebaseOverScattered(benchmark::State& state) { rebase_warm(state, scattered(100'100, 1)); }
BENCHMARK(RebaseOverScattered)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);

// For comparison: record by record.
void RebaseOneByOne(benchmark::State& state) {
  const std::vector<Operation> log = writing(100'100);
  const std::vector<Operation> made = submissions();
  const auto behind = static_cast<std::size_t>(state.range(0));
  std::size_t next = 0;
  for (auto _ : state) {
    Operation operation = made[next++ % made.size()];
    for (std::size_t i = log.size() - behind; i < log.size(); ++i) {
      operation = transform(operation, log[i], Side::kLeft);
    }
    benchmark::DoNotOptimize(operation);
  }
}
BENCHMARK(RebaseOneByOne)->Arg(1'000)->Arg(100'000);

// The first of all to come from that far: nothing is composed yet.
void RebaseTheFirst(benchmark::State& state) {
  const std::vector<Operation> log = writing(100'100);
  const std::vector<Operation> made = submissions();
  const auto behind = static_cast<std::uint64_t>(state.range(0));
  std::deque<HistoryBlocks> fresh;
  std::size_t next = 0;
  for (auto _ : state) {
    if (next == fresh.size()) {
      state.PauseTiming();
      next = 0;
      fresh.clear();
      for (int i = 0; i < 8; ++i) fresh.push_back(blocks_of(log));
      state.ResumeTiming();
    }
    HistoryBlocks& blocks = fresh[next++];
    benchmark::DoNotOptimize(blocks.rebase(made[0], blocks.end() - behind, blocks.end()));
  }
}
BENCHMARK(RebaseTheFirst)->Arg(1'000)->Arg(100'000);

void PushIntoBlocks(benchmark::State& state) {
  const std::vector<Operation> log = writing(100'100);
  for (auto _ : state) benchmark::DoNotOptimize(blocks_of(log).bytes());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.size()));
}
BENCHMARK(PushIntoBlocks)->Unit(benchmark::kMillisecond);

// One composed submission of many edits made offline, over as many committed ones: all of the
// composing is in the measured time.
void MergeOffline(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<Operation> log = scattered(count, 1);
  std::vector<Operation> branch = scattered(count, 2);
  while (branch.size() > 1) {
    std::vector<Operation> halved;
    for (std::size_t i = 0; i + 1 < branch.size(); i += 2) {
      halved.push_back(compose(branch[i], branch[i + 1]));
    }
    if (branch.size() % 2 == 1) halved.push_back(branch.back());
    branch = std::move(halved);
  }
  for (auto _ : state) {
    HistoryBlocks blocks = blocks_of(log);
    benchmark::DoNotOptimize(blocks.rebase(branch[0], 0, blocks.end()));
  }
}
BENCHMARK(MergeOffline)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cowrite::ot
