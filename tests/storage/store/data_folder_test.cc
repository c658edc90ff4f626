#include "storage/store/data_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "storage/errors.h"
#include "tests/storage/support.h"

namespace cowrite::storage {
namespace {

TEST(DataFolder, IsCreatedWithItsParents) {
  const TempFolder temp;
  EXPECT_TRUE(create_folder(temp / "a/b/../c/"));
  EXPECT_TRUE(std::filesystem::is_directory(temp / "a/c"));
  EXPECT_TRUE(create_folder("/"));
  EXPECT_EQ(create_folder("/proc/none").error().code, kErrIo);
}

TEST(DataFolder, IsToldFromTheFoldersAroundIt) {
  const TempFolder temp;
  { const auto log = open_folder(temp / "data"); }
  std::filesystem::create_directory_symlink(temp / "data", temp / "elsewhere");
  for (const char* inside : {"data", "data/", "data/a/b", "data/../data/a", "elsewhere/a"}) {
    EXPECT_TRUE(lies_in_data_folder(temp / inside)) << inside;
    EXPECT_TRUE(lies_within(temp / inside, temp / "data")) << inside;
  }
  for (const char* outside : {"", "data2", "a/data", "data/.."}) {
    EXPECT_FALSE(lies_in_data_folder(temp / outside)) << outside;
    EXPECT_FALSE(lies_within(temp / outside, temp / "data")) << outside;
  }
}

TEST(DataFolder, WithoutANameIsRefused) {
  EXPECT_EQ(check_folder_name("").error().code, kErrFolderName);
  EXPECT_EQ(create_folder("").error().code, kErrFolderName);
  EXPECT_EQ(check_folder_name(std::string("a\0b", 3)).error().code, kErrFolderName);
  EXPECT_TRUE(check_folder_name("relative"));
}

TEST(DataFolder, IsNotFoundFromAWorkingFolderThatIsGone) {
  const std::filesystem::path here = std::filesystem::current_path();
  const TempFolder temp;
  std::filesystem::create_directory(temp / "gone");
  std::filesystem::current_path(temp / "gone");
  std::filesystem::remove(temp / "gone");
  EXPECT_EQ(check_folder_name("data").error().code, kErrFolderName);
  EXPECT_EQ(create_folder("./data").error().code, kErrFolderName);
  EXPECT_TRUE(check_folder_name(temp.path()));
  std::filesystem::current_path(here);
}

}  // namespace
}  // namespace cowrite::storage
