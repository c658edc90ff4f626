#include "server/log/journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/server/log/pipe.h"

namespace cowrite::log {
namespace {

TEST(Journal, IsTheFileThatTheVariableNames) {
  const Pipe pipe;
  struct stat found {};
  ASSERT_EQ(::fstat(pipe.input(), &found), 0);
  const std::string name = std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
  EXPECT_TRUE(is_journal(name.c_str(), pipe.input()));
  const Pipe other;
  EXPECT_FALSE(is_journal(name.c_str(), other.input())) << "the variable was inherited";
  EXPECT_FALSE(is_journal(nullptr, pipe.input()));
  EXPECT_FALSE(is_journal("", pipe.input()));
  EXPECT_FALSE(is_journal("1:2", -1));
}

}  // namespace
}  // namespace cowrite::log
