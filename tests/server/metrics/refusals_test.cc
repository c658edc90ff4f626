#include "server/metrics/refusals.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "server/http/error_table.h"

namespace cowrite::metrics {
namespace {

std::map<std::string, std::uint64_t> read(const Refusals& refusals) {
  std::map<std::string, std::uint64_t> counts;
  refusals.for_each([&](std::string_view code, std::uint64_t count) {
    EXPECT_TRUE(counts.emplace(code, count).second) << code;
  });
  return counts;
}

TEST(Refusals, AreCountedByTheirCode) {
  Refusals refusals;
  refusals.note("ERR_BUSY");
  refusals.note("ERR_HOST_FOREIGN");
  refusals.note("ERR_BUSY");
  for (const auto& [code, count] : read(refusals)) {
    EXPECT_EQ(count, code == "ERR_BUSY" ? 2U : code == "ERR_HOST_FOREIGN" ? 1U : 0U) << code;
  }
}

TEST(Refusals, AreOnlyOfCodesThatAreInTheTable) {
  Refusals refusals;
  EXPECT_EQ(read(refusals).size(), http::error_table().size() + 1);
  for (const http::ErrorEntry& entry : http::error_table()) refusals.note(entry.code);
  refusals.note("ERR_OF_SOMEBODY");
  refusals.note("");
  const auto counts = read(refusals);
  EXPECT_EQ(counts.size(), http::error_table().size() + 1);
  for (const auto& [code, count] : counts) EXPECT_EQ(count, code == "other" ? 2U : 1U) << code;
}

}  // namespace
}  // namespace cowrite::metrics
