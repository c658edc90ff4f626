// Real editing sessions, replayed: every operation that we log and every text is what the trace
// says.
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "ot/apply.h"
#include "ot/transform.h"
#include "tests/ot/json_operation.h"
#include "tests/ot/rope_inspector.h"
#include "tests/ot/trace_file.h"
#include "tests/ot/vectors.h"

namespace cowrite::ot {
namespace {

void expect_final_text(const TraceFile& trace, const Rope& text) {
  RopeInspector::check(text);
  EXPECT_EQ(text.code_points(), trace.header.at("final_cp").get<std::uint64_t>());
  EXPECT_EQ(sha256_hex(text.to_string()), trace.header.at("final_sha256").get<std::string>());
}

void replay_sequential(const TraceFile& trace) {
  Rope text(trace.header.at("start").get<std::string>());
  for (const nlohmann::json& line : trace.lines) {
    ASSERT_TRUE(apply(text, operation_from_json(line).value())) << line.dump();
  }
  expect_final_text(trace, text);
}

// The server's part of a session: each operation is transformed over all that was logged since its
// version.
void replay_session(const TraceFile& trace) {
  Rope text(trace.header.at("start").get<std::string>());
  std::vector<Operation> log;
  std::string rebased;
  for (const nlohmann::json& line : trace.lines) {
    Operation operation = operation_from_json(line.at("op")).value();
    for (auto version = line.at("v").get<std::size_t>(); version < log.size(); ++version) {
      operation = transform(operation, log[version], Side::kLeft);
    }
    const std::string json = to_json(operation);
    ASSERT_EQ(json, line.value("r", line.at("op")).dump());
    ASSERT_TRUE(apply(text, operation)) << json;
    rebased += json + '\n';
    log.push_back(std::move(operation));
  }
  EXPECT_EQ(sha256_hex(rebased), trace.header.at("rebased_sha256").get<std::string>());
  expect_final_text(trace, text);
}

void check_vectors(const TraceFile& trace) {
  ASSERT_EQ(trace.lines.size(), trace.header.at("count").get<std::size_t>());
  for (const nlohmann::json& line : trace.lines) expect_vector(line);
}

void replay_folder(const std::string& folder) {
  const auto paths = trace_files(folder);
  if (paths.empty()) std::cout << "skipped: no traces\n";
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename().string());
    const TraceFile trace = read_trace_file(path);
    if (trace.header.value("kind", "") == "sequential") {
      replay_sequential(trace);
    } else if (trace.header.value("kind", "") == "wire") {
      replay_session(trace);
    } else {
      ASSERT_EQ(trace.header.at("format"), "cowrite-vectors/1");
      check_vectors(trace);
    }
  }
}

TEST(Traces, SequentialEditsGiveTheFinalText) { replay_folder("seq"); }
TEST(Traces, SessionsAreLoggedAsTheReferenceLoggedThem) { replay_folder("wire"); }
TEST(Traces, LongOfflineEditsAreRebasedAsTheReferenceRebasedThem) { replay_folder("offline"); }
TEST(Traces, SyntheticCasesAreAnsweredAsTheReferenceAnswersThem) { replay_folder("vectors"); }

}  // namespace
}  // namespace cowrite::ot
