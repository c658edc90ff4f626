// ot_differential: reads cases that npm ot-text-unicode has answered (cases.js), one a line, and
// compares this library's answers.
//
// Prints how many cases there were, and each that differs, as a line to paste into
// tests/ot/data/operations.jsonl. Exits with 1 if any does, and with 2 if the input is no cases.
#include <cstddef>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/replay/vectors.h"

namespace {

namespace replay = cowrite::replay;

constexpr std::size_t kDifferentMax = 10;  // Then it stops: more would say no more.

std::vector<std::string> differences(const nlohmann::json& vector) {
  const auto input = replay::vector_input(vector);
  if (!input) return {"refused: " + input.error().message};
  return replay::vector_differences(*input, vector);
}

// Whether this library answers the same.
bool compare(const std::string& line) {
  const auto vector = nlohmann::json::parse(line);
  const std::vector<std::string> found = differences(vector);
  if (found.empty()) return true;
  std::cout << "seed " << vector.at("seed") << " differs:\n";
  for (const std::string& difference : found) std::cout << "  " << difference << '\n';
  std::cout << line << '\n';
  return false;
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::size_t cases = 0;
  std::size_t different = 0;
  try {
    for (std::string line; different < kDifferentMax && std::getline(std::cin, line); ++cases) {
      if (!compare(line)) ++different;
    }
  } catch (const nlohmann::json::exception& error) {
    std::cerr << "ot_differential: line " << cases + 1 << " is no case: " << error.what() << '\n';
    return 2;
  }
  if (cases == 0) {
    std::cerr << "ot_differential: no cases on the standard input\n";
    return 2;
  }
  std::cout << cases << " cases, " << different << " different\n";
  return different == 0 ? 0 : 1;
}
