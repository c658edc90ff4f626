// Side files: whole or not there, for their owner only, and never through a symbolic link.
#include "storage/store/side_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/errors.h"
#include "storage/store/data_folder.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

TEST(SideFile, IsReadAsItWasWrittenReplacedAndRemoved) {
  const TempFolder temp;
  EXPECT_EQ(*read_side_file(temp.path(), "MARK"), std::nullopt);
  ASSERT_TRUE(write_side_file(temp.path(), "MARK", "one"));
  ASSERT_TRUE(write_side_file(temp.path(), "MARK", "two"));
  EXPECT_EQ(*read_side_file(temp.path(), "MARK"), "two");
  EXPECT_EQ(fs::status(temp / "MARK").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(remove_side_file(temp.path(), "MARK"));
  ASSERT_TRUE(remove_side_file(temp.path(), "MARK"));
  EXPECT_TRUE(fs::is_empty(temp.path()));
}

TEST(SideFile, ASymbolicLinkOfItsNameIsReplacedAndItsTargetIsLeftAlone) {
  const TempFolder temp;
  std::ofstream(temp / "target") << "12345\n";
  for (const char* const name : {"MARK", "MARK.new"}) {
    fs::create_symlink(temp / "target", temp / name);
  }
  const Error error = read_side_file(temp.path(), "MARK").error();
  EXPECT_EQ(error.code, kErrIo);
  EXPECT_EQ(error.message, temp / "MARK" + " is a symbolic link, which is not followed; remove it");
  ASSERT_TRUE(write_side_file(temp.path(), "MARK", "1"));
  EXPECT_FALSE(fs::is_symlink(temp / "MARK"));
  EXPECT_EQ(*read_side_file(temp.path(), "target"), "12345\n");
}

TEST(SideFile, TheMarkOfACleanShutdownIsNotReadThroughASymbolicLink) {
  const TempFolder temp;
  std::ofstream(temp / "target") << "12345\n";
  fs::create_symlink(temp / "target", temp / "CLOSED");
  EXPECT_EQ(read_shutdown_mark(temp.path()), std::nullopt);
  ASSERT_TRUE(write_shutdown_mark(temp.path(), 7));
  EXPECT_EQ(read_shutdown_mark(temp.path()), 7U);
  EXPECT_EQ(*read_side_file(temp.path(), "target"), "12345\n");
}

TEST(SideFile, WhatCannotBeWrittenLeavesTheOneBeforeAndNothingElse) {
  const TempFolder temp;
  fs::create_directories(temp / "MARK/full");
  EXPECT_EQ(write_side_file(temp.path(), "MARK", "two").error().code, kErrIo);
  EXPECT_TRUE(fs::exists(temp / "MARK/full"));
  EXPECT_FALSE(fs::exists(temp / "MARK.new"));
  EXPECT_EQ(write_side_file(temp / "absent", "MARK", "two").error().code, kErrIo);
}

}  // namespace
}  // namespace cowrite::storage
