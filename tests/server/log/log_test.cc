#include "server/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/server/log/pipe.h"

namespace cowrite::log {
namespace {

using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::MatchesRegex;

constexpr const char* kTime = "[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+[.][0-9][0-9][0-9]Z";

TEST(Log, SaysTheTimeAndTheLevel) {
  Pipe pipe;
  {
    Log log(pipe.input(), Level::kInfo, Format::kText);
    log.warning("the disk is low", {{"free", 12U}});
    log.debug("left out");
  }
  EXPECT_THAT(pipe.lines(),
              ElementsAre(MatchesRegex(std::string(kTime) + " warning the disk is low free=12")));
}

TEST(Log, IsJson) {
  Pipe pipe;
  {
    Log log(pipe.input(), Level::kDebug, Format::kJson);
    log.debug("100% {} of \"it\"", {{"of", "a\nb"}});
    log.error("bad");
  }
  const std::vector<std::string> lines = pipe.lines();
  ASSERT_EQ(lines.size(), 2U);
  const nlohmann::json line = nlohmann::json::parse(lines[0]);
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex(kTime));
  EXPECT_EQ(line["level"], "debug");
  EXPECT_EQ(line["message"], "100% {} of \"it\"");
  EXPECT_EQ(line["of"], "a\nb");
  EXPECT_EQ(nlohmann::json::parse(lines[1])["level"], "error");
}

TEST(Log, LeavesOutWhatTheLevelDoesNotShowAlsoWhenItChanges) {
  Pipe pipe;
  {
    Log log(pipe.input(), Level::kError, Format::kText);
    log.warning("one");
    log.set_level(Level::kDebug);
    EXPECT_TRUE(log.shows(Level::kDebug));
    log.debug("two");
    log.set_level(Level::kWarning);
    log.info("three");
    log.warning("four");
  }
  EXPECT_THAT(pipe.lines(), ElementsAre(EndsWith("debug two"), EndsWith("warning four")));
}

TEST(Log, HasPrioritiesAndNoTimesInTheJournal) {
  Pipe pipe;
  struct stat found {};
  ASSERT_EQ(::fstat(pipe.input(), &found), 0);
  const std::string name = std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
  ::setenv("JOURNAL_STREAM", name.c_str(), 1);
  {
    Log log(pipe.input(), Level::kDebug, Format::kText);
    log.error("a");
    log.warning("b");
    log.info("c");
    log.debug("d");
  }
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_THAT(pipe.lines(), ElementsAre("<3>a", "<4>b", "<6>c", "<7>d"));
}

// Fills a pipe of which nobody reads.
void fill(Log& log) {
  const std::string line(1'000, 'x');
  for (std::size_t i = 0; i < kQueueLinesMax + 200; ++i) log.info(line);
}

TEST(Log, ThatNobodyReadsKeepsNobodyWaiting) {
  Pipe pipe;
  Log log(pipe.input(), Level::kInfo, Format::kText);
  const auto begin = steady_clock::now();
  fill(log);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
  const auto end = steady_clock::now();
  log.flush();
  EXPECT_LT(steady_clock::now() - end, 5 * kFlushMax);
}

TEST(Log, SaysHowManyLinesWereDropped) {
  Pipe pipe;
  const std::size_t written = kQueueLinesMax + 200;
  Log log(pipe.input(), Level::kInfo, Format::kJson);
  fill(log);
  log.info("last");
  const std::vector<std::string> lines = pipe.lines_until("last");
  std::size_t told = 0;
  std::size_t full = 0;
  for (const std::string& line : lines) {
    const nlohmann::json parsed = nlohmann::json::parse(line);
    if (parsed.contains("dropped")) {
      EXPECT_EQ(parsed["level"], "warning");
      told += parsed["dropped"].get<std::size_t>();
    } else {
      full += parsed["message"] != "last" ? 1 : 0;
    }
  }
  EXPECT_GT(told, 0U);
  EXPECT_EQ(told + full, written) << "every line is there or counted";
}

TEST(Log, EndsThoughNobodyReads) {
  Pipe pipe;
  const auto begin = steady_clock::now();
  {
    Log log(pipe.input(), Level::kInfo, Format::kText);
    fill(log);
  }
  EXPECT_LT(steady_clock::now() - begin, 5 * kFlushMax);
}

TEST(Log, SurvivesAReaderThatIsGone) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_output();
  Log log(pipe.input(), Level::kInfo, Format::kText);
  log.error("into the void");
  log.flush();
}

}  // namespace
}  // namespace cowrite::log
