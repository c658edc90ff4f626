// How fast small operations are rewritten.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "ot/compose.h"
#include "ot/transform.h"

namespace cowrite::ot {
namespace {

// One character put in or taken out somewhere in a text of so many.
std::vector<Operation> edits(std::uint32_t seed, std::uint64_t length) {
  std::mt19937 random(seed);
  std::vector<Operation> made;
  for (int n = 0; n < 1'024; ++n) {
    OperationBuilder builder;
    builder.retain(1 + random() % (length - 2));
    random() % 4 == 0 ? builder.erase(1) : builder.insert("x");
    made.push_back(std::move(builder).build());
  }
  return made;
}

template <typename Function>
void pairs(benchmark::State& state, Function function) {
  const std::vector<Operation> first = edits(1, 10'000);
  const std::vector<Operation> second = edits(2, 10'000);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(function(first[next % 1'024], second[next % 1'024]));
    ++next;
  }
}

void Transform(benchmark::State& state) {
  pairs(state, [](const Operation& a, const Operation& b) { return transform(a, b, Side::kLeft); });
}
BENCHMARK(Transform);

void Compose(benchmark::State& state) {
  pairs(state, [](const Operation& a, const Operation& b) { return compose(a, b); });
}
BENCHMARK(Compose);

}  // namespace
}  // namespace cowrite::ot
