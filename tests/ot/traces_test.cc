// Real editing sessions and synthetic cases, replayed: every operation that we log and every text
// is what the trace says. The traces are not part of the project: COWRITE_TRACES names their
// folder, else it is shared/traces beside the source folder.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "tools/replay/replay.h"

namespace cowrite::replay {
namespace {

std::vector<std::filesystem::path> trace_files(const std::string& folder) {
  const char* given = std::getenv("COWRITE_TRACES");
  const std::filesystem::path traces = given != nullptr ? given : COWRITE_TRACES_DEFAULT;
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(traces / folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(traces / folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void replay_folder(const std::string& folder) {
  const auto paths = trace_files(folder);
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
