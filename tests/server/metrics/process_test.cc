#include "server/metrics/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <vector>

namespace cowrite::metrics {
namespace {

TEST(Process, TellsWhatItHolds) {
  const ProcessUse before = measure_process();
  std::vector<char> memory(std::size_t{64} << 20, 'x');
  const int file = ::open("/dev/null", O_RDONLY);
  const ProcessUse after = measure_process();
  ::close(file);
  EXPECT_EQ(memory.back(), 'x');
  EXPECT_GT(*after.resident_bytes, *before.resident_bytes + (std::size_t{60} << 20));
  EXPECT_EQ(*after.open_files, *before.open_files + 1);
  EXPECT_GT(*after.open_files_max, *after.open_files);
  EXPECT_GE(after.processor_seconds, before.processor_seconds);
}

TEST(Process, WasStartedNotLongAgo) {
  const double now = static_cast<double>(::time(nullptr));
  const double started = *measure_process().start_time_seconds;
  EXPECT_LT(started, now + 2);
  EXPECT_GT(started, now - 3'600);
}

}  // namespace
}  // namespace cowrite::metrics
