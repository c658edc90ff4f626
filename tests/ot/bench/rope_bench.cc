// How fast and how large a rope is.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ot/rope/rope.h"
#include "tests/replay/heap.h"

namespace cowrite::ot {
namespace {

// Lines of 40 characters.
std::string lines(std::size_t bytes) {
  std::string text(bytes, 'x');
  for (std::size_t at = 39; at < bytes; at += 40) text[at] = '\n';
  return text;
}

constexpr std::size_t kLargeBytes = std::size_t{16} << 20;

// Single characters put in and taken out all over a large text.
void RandomEdits(benchmark::State& state) {
  Rope text(lines(kLargeBytes));
  std::mt19937 random(1);
  std::vector<std::uint32_t> places(1 << 16);
  for (std::uint32_t& place : places) place = random() % kLargeBytes;
  std::size_t next = 0;
  for (auto _ : state) {
    const std::uint32_t place = places[next % places.size()];
    if (next % 2 == 0) {
      text.insert(place, "x");
    } else {
      text.erase(place, 1);
    }
    ++next;
  }
}
BENCHMARK(RandomEdits);

void Load105KB(benchmark::State& state) {
  const std::string text = lines(105'000);
  for (auto _ : state) benchmark::DoNotOptimize(Rope(text));
  const std::int64_t before = replay::heap_bytes();
  const Rope rope(text);
  state.counters["memory"] = static_cast<double>(replay::heap_bytes() - before + sizeof(Rope));
}
BENCHMARK(Load105KB)->Unit(benchmark::kMicrosecond);

void Flatten105KB(benchmark::State& state) {
  const Rope rope(lines(105'000));
  for (auto _ : state) benchmark::DoNotOptimize(rope.to_string());
}
BENCHMARK(Flatten105KB)->Unit(benchmark::kMicrosecond);

// As the server does it: the text as it is and the next one.
void CopyAndType(benchmark::State& state) {
  Rope text(lines(105'000));
  std::uint64_t place = 50'000;
  for (auto _ : state) {
    Rope next = text;
    next.insert(place++, "x");
    text = std::move(next);
  }
}
BENCHMARK(CopyAndType)->Iterations(100'000);

}  // namespace
}  // namespace cowrite::ot
