// Real editing sessions and synthetic cases, replayed: every operation that we log and every text
// is what the trace says.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "tests/ot/trace_files.h"
#include "tests/replay/replay.h"

namespace cowrite::replay {
namespace {

void replay_folder(const std::string& folder) {
  const auto paths = ot::trace_files(folder);
  if (paths.empty()) std::cout << "skipped: no traces\n";
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename().string());
    const Result<TraceFile> trace = read_trace_file(path);
    ASSERT_TRUE(trace) << trace.error().message;
    const Result<Report> report = replay(*trace, 1);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->differences, std::vector<std::string>());
    EXPECT_GT(report->operations, 0U);
  }
}

TEST(Traces, SequentialEditsGiveTheFinalText) { replay_folder("seq"); }
TEST(Traces, SessionsAreLoggedAsTheReferenceLoggedThem) { replay_folder("wire"); }
TEST(Traces, LongOfflineEditsAreRebasedAsTheReferenceRebasedThem) { replay_folder("offline"); }
TEST(Traces, SyntheticCasesAreAnsweredAsTheReferenceAnswersThem) { replay_folder("vectors"); }

}  // namespace
}  // namespace cowrite::replay
