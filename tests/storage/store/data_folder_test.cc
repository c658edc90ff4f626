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

TEST(DataFolder, WithoutANameIsRefused) {
  EXPECT_EQ(check_folder_name("").error().code, kErrFolderName);
  EXPECT_EQ(create_folder("").error().code, kErrFolderName);
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
