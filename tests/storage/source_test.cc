#include "storage/source.h"

#include <gtest/gtest.h>

namespace cowrite::storage {
namespace {

// printf '\0me' | sha256sum, and printf 'ada\0me' | sha256sum
TEST(Source, IsNamedByAHashOfItsPrincipalAndId) {
  EXPECT_EQ(source_of("", "me"), "2fab494eee34bbb70cd7b91d4f57e778");
  EXPECT_EQ(source_of("ada", "me"), "87ae532f3d011eefeb0bc1f40e956806");
}

TEST(Source, AnIdThatLooksLikeANameHasAnotherName) {
  const std::string name = source_of("", "me");
  EXPECT_NE(source_of("", name), name);
}

}  // namespace
}  // namespace cowrite::storage
