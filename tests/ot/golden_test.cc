// What npm ot-text-unicode said, recorded in tests/ot/data.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/protocol/operation_json.h"
#include "tests/replay/vectors.h"

namespace cowrite::replay {
namespace {

// Calls check(line) with every line of the file, and fails if it has fewer than it should.
template <typename Check>
void for_each_line(const std::string& name, std::size_t lines_min, Check check) {
  std::ifstream file(std::string(COWRITE_OT_TEST_DATA) + "/" + name);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) check(line);
  EXPECT_GE(lines, lines_min) << name;
}

TEST(Golden, OperationsAreWhatTheReferenceMakesOfThem) {
  for_each_line("operations.jsonl", 1'000, [](const std::string& line) {
    const protocol::ParsedJson parsed(line);
    const protocol::JsonValue vector = parsed.root();
    EXPECT_EQ(vector_differences(vector_input(vector).value(), vector), std::vector<std::string>())
        << line;
  });
}

TEST(Golden, ValidIsWhatTheReferenceAccepts) {
  for_each_line("validity.jsonl", 200, [](const std::string& line) {
    const auto entry = nlohmann::json::parse(line);
    EXPECT_EQ(protocol::parse_operation(entry.at("op").dump()).has_value(),
              entry.at("valid").get<bool>())
        << line;
  });
}

}  // namespace
}  // namespace cowrite::replay
