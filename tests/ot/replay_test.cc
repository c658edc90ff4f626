// cowrite-replay, on traces made here: it agrees with what is right and finds what is not.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/replay/command.h"
#include "tests/replay/trace_file.h"

namespace cowrite::replay {
namespace {

using nlohmann::json;

struct Outcome {
  int status = 0;
  std::string out;
  std::string complaints;
};

Outcome run_with(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream complaints;
  const int status = run(arguments, out, complaints);
  return {status, out.str(), complaints.str()};
}

// Writes lines into a file of this name, replays it and removes it.
Outcome replay_lines(const std::string& name, const std::vector<json>& lines) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  {
    std::ofstream file(path);
    for (const json& line : lines) file << line.dump() << '\n';
  }
  Outcome outcome = run_with({"--json", "--repeat", "1", path.string()});
  std::filesystem::remove(path);
  return outcome;
}

std::vector<json> sequence() {
  return {{{"kind", "sequential"},
           {"start", "héllo"},
           {"final_cp", 5},
           {"final_sha256", sha256_hex("jéllo")}},
          json::array({"j", json{{"d", 1}}})};
}

std::vector<json> session() {
  return {{{"kind", "wire"},
           {"start", ""},
           {"final_cp", 2},
           {"final_sha256", sha256_hex("ba")},
           {"rebased_sha256", sha256_hex("[\"a\"]\n[\"b\"]\n")}},
          {{"c", 0}, {"v", 0}, {"op", {"a"}}, {"r", {"a"}}},
          {{"c", 1}, {"v", 0}, {"op", {"b"}}, {"r", {"b"}}}};
}

std::vector<json> vectors() {
  return {{{"format", "cowrite-vectors/1"}, {"count", 1}},
          {{"doc", ""},
           {"a", {"x"}},
           {"b", {"y"}},
           {"c", json::array()},
           {"al", {"x"}},
           {"ar", json::array({1, "x"})},
           {"da", "x"},
           {"dab", "xy"},
           {"p", 0},
           {"pa", 0},
           {"inv", json::array({json{{"d", "x"}}})}}};
}

TEST(Replay, ReportsWhatItReplayed) {
  const Outcome outcome = replay_lines("small.jsonl", sequence());
  EXPECT_EQ(outcome.status, 0) << outcome.complaints;
  const json report = json::parse(outcome.out);
  EXPECT_EQ(report.at("name"), "small");
  EXPECT_EQ(report.at("ops"), 1);
  EXPECT_EQ(report.at("splices"), 1);
  EXPECT_GE(report.at("apply_cpu_ms").get<double>(), 0);
  EXPECT_EQ(report.at("transform_cpu_ms"), 0.0);
  EXPECT_GT(report.at("text_bytes_memory").get<std::int64_t>(), 5);
  EXPECT_EQ(report.at("differences"), json::array());
}

TEST(Replay, AgreesWithSessionsAndVectorsThatAreRight) {
  EXPECT_EQ(replay_lines("session.jsonl", session()).status, 0);
  EXPECT_EQ(replay_lines("vectors.jsonl", vectors()).status, 0);
}

TEST(Replay, FindsAnotherFinalText) {
  std::vector<json> lines = sequence();
  lines[0]["final_sha256"] = sha256_hex("hello");
  EXPECT_EQ(replay_lines("other.jsonl", lines).status, 1);
}

TEST(Replay, FindsAnOperationThatWasLoggedOtherwise) {
  std::vector<json> lines = session();
  lines[2]["r"] = {1, "b"};
  const Outcome outcome = replay_lines("other.jsonl", lines);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(json::parse(outcome.out).at("differences"),
            json::array({"version 1 is [\"b\"], should be [1,\"b\"]"}));
}

TEST(Replay, FindsAnotherHashOfTheLog) {
  std::vector<json> lines = session();
  lines[0]["rebased_sha256"] = "";
  EXPECT_EQ(replay_lines("other.jsonl", lines).status, 1);
}

TEST(Replay, FindsAnyAnswerThatDiffersFromTheVectors) {
  for (const char* field : {"al", "ar", "inv"}) {
    std::vector<json> lines = vectors();
    lines[1][field] = {"z"};
    EXPECT_EQ(replay_lines("other.jsonl", lines).status, 1) << field;
  }
  std::vector<json> lines = vectors();
  lines[1]["dab"] = "yx";
  EXPECT_EQ(replay_lines("other.jsonl", lines).status, 1);
}

TEST(Replay, RefusesFilesThatAreNoTraces) {
  EXPECT_EQ(run_with({"/nonexistent"}).status, 1);
  EXPECT_EQ(replay_lines("other.jsonl", {{{"kind", "poem"}}}).status, 1);
  EXPECT_EQ(replay_lines("other.jsonl", {{{"kind", "sequential"}}}).status, 1);
  std::vector<json> lines = session();
  lines[1]["v"] = 1;
  EXPECT_EQ(replay_lines("other.jsonl", lines).status, 1);
  lines = sequence();
  lines[1] = {0};
  const Outcome outcome = replay_lines("other.jsonl", lines);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.complaints, "");
}

TEST(Replay, ExplainsItsArguments) {
  EXPECT_EQ(run_with({"--help"}).status, 0);
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {}, {"--json"}, {"--fast", "x"}, {"--repeat", "0", "x"}, {"x", "--repeat"}}) {
    const Outcome outcome = run_with(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.complaints.find("Usage: cowrite-replay"), std::string::npos);
  }
}

}  // namespace
}  // namespace cowrite::replay
