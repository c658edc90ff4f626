// ot_differential: reads cases that npm ot-text-unicode has answered (cases.js), one a line, and
// compares this library's answers.
//
// Prints how many cases there were, and each that differs, as a line to paste into
// tests/ot/data/operations.jsonl. Exits with 1 if any does, and with 2 if the input is no cases.
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "server/protocol/json_reader.h"
#include "tests/replay/vectors.h"

namespace {

namespace replay = cowrite::replay;

constexpr std::size_t kDifferentMax = 10;  // Then it stops: more would say no more.

using cowrite::protocol::JsonValue;

std::vector<std::string> differences(JsonValue vector) {
  const auto input = replay::vector_input(vector);
  if (!input) return {"refused: " + input.error().message};
  return replay::vector_differences(*input, vector);
}

// Whether this library answers the same.
bool compare(const std::string& line, JsonValue vector) {
  const std::vector<std::string> found = differences(vector);
  if (found.empty()) return true;
  std::cout << "seed " << vector["seed"].to_json() << " differs:\n";
  for (const std::string& difference : found) std::cout << "  " << difference << '\n';
  std::cout << line << '\n';
  return false;
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::size_t cases = 0;
  std::size_t different = 0;
  for (std::string line; different < kDifferentMax && std::getline(std::cin, line); ++cases) {
    const cowrite::protocol::ParsedJson parsed(line);
    if (parsed.fault()) {
      std::cerr << "ot_differential: line " << cases + 1 << " is no case\n";
      return 2;
    }
    if (!compare(line, parsed.root())) ++different;
  }
  if (cases == 0) {
    std::cerr << "ot_differential: no cases on the standard input\n";
    return 2;
  }
  std::cout << cases << " cases, " << different << " different\n";
  return different == 0 ? 0 : 1;
}
