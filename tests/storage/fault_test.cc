// A disk that fails once or for good, at any operation: after a failed write nothing is
// acknowledged, and what was acknowledged before is there, also if the power fails next.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>

#include "storage/errors.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/fault_env.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kRounds = 3;
constexpr std::uint64_t kForGood = std::numeric_limits<std::uint64_t>::max();

constexpr std::array<Fault, 4> kManners = {Fault{0, 1, false}, Fault{0, kForGood, false},
                                           Fault{0, 1, true}, Fault{0, kForGood, true}};

std::string describe(const Fault& fault) {
  return std::string(fault.no_space ? "ENOSPC " : "EIO ") +
         (fault.count == 1 ? "once" : "for good") + " from operation " +
         std::to_string(fault.first);
}

bool reports_damage(const std::string& folder) {
  const auto store = RocksDbStore::open(folder, OpenMode::kReadOnly);
  return !store && store.error().code == kErrDamaged;
}

// Returns how many operations there were.
std::uint64_t live_through(const Fault& fault) {
  SCOPED_TRACE(describe(fault));
  const TempFolder temp(quick_folder());
  FaultEnv env(temp / "data");
  env.set_fault(fault);
  Trial trial(kRounds);
  {
    const auto log =
        RocksDbLog::open(temp / "data", OpenMode::kReadWrite, trial_options(env.env()));
    if (log) {
      trial.run(**log);
      EXPECT_TRUE(!trial.failed() || (*log)->failure());
    } else {
      EXPECT_TRUE(log.error().code == kErrIo || log.error().code == kErrDamaged)
          << log.error().message;
    }
  }
  const std::uint64_t operations = env.operations();
  EXPECT_TRUE(!trial.failed() || !std::filesystem::exists(temp / "data/CLOSED"));
  env.cut_power(temp / "nothing more", std::nullopt);
  env.cut_power(temp / "some of it", fault.first);
  for (const char* const left : {"data", "nothing more", "some of it"}) {
    SCOPED_TRACE(left);
    // A disk that confirmed what it had lost: that it is gone may be reported.
    if (env.has_lied() && reports_damage(temp / left)) continue;
    trial.expect_kept(temp / left, trial.promised());
  }
  return operations;
}

// Each operation fails in one of the manners; with COWRITE_FAULT_MANNERS=4, in each of them.
TEST(Fault, AtAnyOperationLosesNothingThatWasAcknowledgedAndNothingMoreIs) {
  const std::size_t manners = case_count("COWRITE_FAULT_MANNERS", 1);
  std::uint64_t operations = live_through(Fault{kForGood});
  for (std::uint64_t first = 1; first <= operations && !HasFailure(); ++first) {
    for (std::size_t manner = 0; manner < manners; ++manner) {
      Fault fault = kManners.at((first + manner) % kManners.size());
      fault.first = first;
      operations = std::max(operations, live_through(fault));
    }
  }
  std::printf("a fault at each of %llu operations\n", static_cast<unsigned long long>(operations));
}

}  // namespace
}  // namespace cowrite::storage
