// Runs of the simulation: the same again from the same seed, here and in another process.

#include "tests/simulation/world.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <set>
#include <string>

namespace cowrite::simulation {
namespace {

constexpr std::uint64_t kSteps = 60;

std::uint64_t digest_of(std::uint64_t seed) {
  World world(seed, kSteps, Trace::Printing::kNothing);
  EXPECT_FALSE(world.run().has_value()) << "seed " << seed;
  return world.trace().digest();
}

// What the command prints, and its exit status.
struct Output {
  std::string text;
  int status = 0;
};
Output run_command(const std::string& arguments) {
  Output output;
  std::FILE* pipe = ::popen((COWRITE_SIM " " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4'096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.text.append(buffer.data(), size);
  }
  output.status = ::pclose(pipe) >> 8;
  return output;
}

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(value));
  return digits.data();
}

TEST(World, IsTheSameAgainFromTheSameSeed) {
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::uint64_t digest = digest_of(seed);
    EXPECT_EQ(digest_of(seed), digest) << "seed " << seed;
    digests.insert(digest);
  }
  EXPECT_EQ(digests.size(), 30U);
}

TEST(World, IsTheSameInAnotherProcess) {
  const Output output = run_command("--seeds 1..30 --steps 60 --verbose");
  EXPECT_EQ(output.status, 0);
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::string line = std::to_string(seed) + " " + hexadecimal(digest_of(seed)) + " ";
    EXPECT_NE(output.text.find(line), std::string::npos) << line;
  }
  EXPECT_NE(output.text.find("30 seeds passed, 0 failed"), std::string::npos);
}

TEST(World, ShowsEveryEventOfARun) {
  const Output output = run_command("--seed 3 --steps 60 --trace");
  EXPECT_EQ(output.status, 0);
  for (const char* event : {"server starts", "c0 > {\"a\":\"hs\"", "log committed", "is healed"}) {
    EXPECT_NE(output.text.find(event), std::string::npos) << event;
  }
}

TEST(World, ExplainsFlagsThatItDoesNotKnow) {
  for (const char* arguments : {"", "--seeds", "--seeds 9..1", "--seeds x", "--seed 1 --stops 3"}) {
    const Output output = run_command(arguments);
    EXPECT_EQ(output.status, 2) << arguments;
    EXPECT_NE(output.text.find("usage: cowrite-sim"), std::string::npos) << arguments;
  }
}

}  // namespace
}  // namespace cowrite::simulation
