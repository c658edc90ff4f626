#include "server/http/operator_token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "storage/store/data_folder.h"
#include "tests/storage/support.h"

namespace cowrite::http {
namespace {

TEST(OperatorToken, IsMadeOnceAndReadableByItsOwnerOnly) {
  const storage::TempFolder temp;
  const Result<std::string> made = load_or_create_operator_token(temp.path());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 64U);
  EXPECT_EQ(*load_or_create_operator_token(temp.path()), *made);
  EXPECT_EQ(*read_operator_token(operator_token_path(temp.path())), *made);
  struct stat found {};
  ASSERT_EQ(::stat(operator_token_path(temp.path()).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  const storage::TempFolder other;
  EXPECT_NE(*load_or_create_operator_token(other.path()), *made);
}

TEST(OperatorToken, OneThatOthersMayReadIsNotTrusted) {
  const storage::TempFolder temp;
  ASSERT_TRUE(load_or_create_operator_token(temp.path()));
  ::chmod(operator_token_path(temp.path()).c_str(), 0640);
  EXPECT_EQ(load_or_create_operator_token(temp.path()).error().code, kErrTokenFile);
}

TEST(OperatorToken, WhatIsNoTokenIsSaidToBe) {
  const storage::TempFolder temp;
  const std::string path = operator_token_path(temp.path());
  EXPECT_EQ(read_operator_token(path).error().code, kErrTokenFile);
  for (const char* text : {"", "\n", "abc\n", "XYZ"}) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(read_operator_token(path).error().code, kErrTokenFile) << text;
    EXPECT_EQ(load_or_create_operator_token(temp.path()).error().code, kErrTokenFile) << text;
  }
}

TEST(OperatorToken, AFolderThatHoldsNothingElseCountsAsEmpty) {
  const storage::TempFolder temp;
  ASSERT_TRUE(load_or_create_operator_token(temp.path()));
  EXPECT_EQ(*storage::look_into(temp.path()), storage::FolderContent::kNothing);
  EXPECT_TRUE(storage::RocksDbLog::open(temp.path(), storage::OpenMode::kReadWrite));
}

TEST(OperatorToken, ComparesWholeTokens) {
  EXPECT_TRUE(is_same_token("abc", "abc"));
  EXPECT_FALSE(is_same_token("abc", "abd"));
  EXPECT_FALSE(is_same_token("ab", "abc"));
  EXPECT_FALSE(is_same_token("abc", ""));
}

}  // namespace
}  // namespace cowrite::http
