// Following who wrote what through 1,000,000 keystrokes in a text of 100,000 code points.
#include <benchmark/benchmark.h>

#include <random>
#include <utility>
#include <vector>

#include "ot/attribution.h"

namespace cowrite::ot {
namespace {

constexpr std::uint64_t kTextLength = 100'000;
constexpr std::size_t kKeystrokes = 1'000'000;

// Bursts of 20 keystrokes at random places; once the text is long enough, a burst in two deletes.
std::vector<Operation> keystrokes() {
  std::mt19937_64 random(1);
  std::vector<Operation> result;
  std::uint64_t length = 0;
  while (result.size() < kKeystrokes) {
    const bool deletes = length > kTextLength && random() % 2 == 0;
    const std::uint64_t place = random() % (length + 1 - (deletes ? 20 : 0));
    for (std::uint64_t i = 0; i < 20; ++i) {
      OperationBuilder builder;
      if (deletes) {
        builder.retain(place).erase(1);
      } else {
        builder.retain(place + i).insert("x");
      }
      result.push_back(std::move(builder).build());
      length += deletes ? -std::uint64_t{1} : 1;
    }
  }
  return result;
}

void Attribute(benchmark::State& state, Attribution::Removed removed) {
  const std::vector<Operation> operations = keystrokes();
  for (auto _ : state) {
    Attribution attribution(removed);
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (!attribution.apply(operations[i], i)) state.SkipWithError("not applied");
    }
    state.counters["spans"] = static_cast<double>(attribution.spans());
  }
}

BENCHMARK_CAPTURE(Attribute, forgetting_what_is_removed, Attribution::Removed::kForgotten)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Attribute, keeping_what_is_removed, Attribution::Removed::kKept)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cowrite::ot
