// A power cut at any moment: what was acknowledged before it is there after it.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/rocksdb_log.h"
#include "tests/storage/fault_env.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRounds = 12;

using Seeds = std::vector<std::optional<std::uint64_t>>;

struct Cut {
  std::string folder;
  Trial::Promised promised;
  std::string told;
};

// Lives a trial through, with the power cut before each operation that `seeds` chooses one or more
// seeds for.
void cut_power(const std::string& temp, Trial& trial,
               const std::function<Seeds(std::uint64_t)>& seeds) {
  FaultEnv env(temp + "/data");
  std::vector<Cut> cuts;
  env.before_each([&](std::uint64_t operation) {
    for (const std::optional<std::uint64_t>& seed : seeds(operation)) {
      Cut& cut = cuts.emplace_back();
      cut.folder = temp + "/cut-" + std::to_string(cuts.size());
      cut.promised = trial.promised();
      cut.told = "power cut before operation " + std::to_string(operation) +
                 (seed ? ", seed " + std::to_string(*seed) : ", nothing left that was not synced");
      env.cut_power(cut.folder, seed);
    }
  });
  {
    const auto log =
        RocksDbLog::open(temp + "/data", OpenMode::kReadWrite, trial_options(env.env()));
    ASSERT_TRUE(log) << log.error().message;
    trial.run(**log);
  }
  env.before_each(nullptr);
  for (const Cut& cut : cuts) {
    SCOPED_TRACE(cut.told);
    trial.expect_kept(cut.folder, cut.promised);
    fs::remove_all(cut.folder);
    if (testing::Test::HasFailure()) return;
  }
  std::printf("%zu power cuts in %llu operations\n", cuts.size(),
              static_cast<unsigned long long>(env.operations()));
}

TEST(PowerCut, BeforeAnyOperationLosesNothingThatWasAcknowledged) {
  const TempFolder temp(quick_folder());
  Trial trial(kRounds);
  cut_power(temp.path(), trial, [](std::uint64_t) { return Seeds{std::nullopt}; });
}

// COWRITE_POWER_CUTS says how many.
TEST(PowerCut, AtARandomMomentThatLeavesSomeOfWhatWasNotSynced) {
  const std::size_t cuts = case_count("COWRITE_POWER_CUTS", 200);
  std::mt19937_64 random(cuts);
  for (std::size_t left = cuts; left > 0 && !HasFailure();) {
    const TempFolder temp(quick_folder());
    Trial trial(kRounds + random() % 8);
    cut_power(temp.path(), trial, [&](std::uint64_t) {
      const bool now = left > 0 && random() % 4 == 0;
      left -= now ? 1 : 0;
      return now ? Seeds{random()} : Seeds{};
    });
  }
}

}  // namespace
}  // namespace cowrite::storage
