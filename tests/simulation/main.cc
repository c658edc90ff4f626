// cowrite-sim: runs the server's documents and sessions in a simulated world, seed after seed.

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/world.h"

namespace cowrite::simulation {
namespace {

constexpr const char* kUsage =
    "usage: cowrite-sim --seeds A..B [--steps N] [--verbose]\n"
    "       cowrite-sim --seed A [--steps N] [--trace]\n"
    "\n"
    "Simulates clients, the server, its log and a network that fail, and checks that nothing\n"
    "acknowledged is lost, doubled or different anywhere. Exit status 1 if it is.\n"
    "\n"
    "  --steps N    what people do in a run, 150 if it is not given\n"
    "  --verbose    one line for each seed, with a digest of its run\n"
    "  --trace      every event of the run\n";

struct Options {
  std::uint64_t first = 0, last = 0;
  std::uint64_t steps = 150;
  bool verbose = false;
  bool trace = false;
};

std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

bool read_seeds(std::string_view text, Options& options) {
  const std::size_t dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first) return false;
  options.first = *first;
  options.last = *last;
  return true;
}

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  bool seeds = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (flag == "--verbose") {
      options.verbose = true;
    } else if (flag == "--trace") {
      options.trace = true;
    } else if (flag == "--seeds" || flag == "--seed") {
      seeds = read_seeds(value, options);
      if (!seeds) return std::nullopt;
      ++i;
    } else if (flag == "--steps" && number(value)) {
      options.steps = *number(value);
      ++i;
    } else {
      return std::nullopt;
    }
  }
  if (!seeds) return std::nullopt;
  return options;
}

// What a failure, also that of a CHECK in the server, is explained with.
const World* g_running = nullptr;
std::uint64_t g_seed = 0, g_steps = 0;

void explain(const char* promise, const char* what) {
  std::printf("seed %llu breaks %s: %s\n", static_cast<unsigned long long>(g_seed), promise, what);
  std::printf("  it has %s\n", g_running->plan().describe().c_str());
  for (const std::string& line : g_running->trace().newest()) std::printf("  %s\n", line.c_str());
  std::printf("again, with every event: cowrite-sim --seed %llu --steps %llu --trace\n",
              static_cast<unsigned long long>(g_seed), static_cast<unsigned long long>(g_steps));
  std::fflush(stdout);
}

void aborted(int) {
  std::signal(SIGABRT, SIG_DFL);  // Explaining may itself meet what is broken.
  explain("CHECK", "see above");
  std::_Exit(1);
}

// False if the seed broke a promise.
bool run(std::uint64_t seed, const Options& options) {
  World world(seed, options.steps,
              options.trace ? Trace::Printing::kEverything : Trace::Printing::kNothing);
  g_running = &world;
  g_seed = seed;
  const std::optional<Breach> breach = world.run();
  if (options.verbose) {
    std::printf("%llu %016llx %zu events, %s\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(world.trace().digest()), world.trace().events(),
                world.plan().describe().c_str());
  }
  if (breach) explain(breach->promise.c_str(), breach->what.c_str());
  return !breach;
}

int run_all(int argc, char** argv) {
  const std::optional<Options> options = read_options(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  std::signal(SIGABRT, aborted);
  g_steps = options->steps;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = options->first; seed <= options->last; ++seed) {
    if (!run(seed, *options)) ++failed;
  }
  const std::uint64_t count = options->last - options->first + 1;
  std::printf("%llu seeds passed, %llu failed\n", static_cast<unsigned long long>(count - failed),
              static_cast<unsigned long long>(failed));
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace cowrite::simulation

int main(int argc, char** argv) { return cowrite::simulation::run_all(argc, argv); }
