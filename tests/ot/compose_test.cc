#include "ot/compose.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/ot/notation.h"

namespace cowrite::ot {
namespace {

Operation composed(std::string_view first, std::string_view second) {
  return compose(op(first), op(second));
}

TEST(Compose, JoinsTyping) { EXPECT_EQ(composed("3 'a'", "4 'é'"), op("3 'aé'")); }

TEST(Compose, InsertsThatAreDeletedVanish) {
  EXPECT_EQ(composed("1 'aé😀b'", "2 -2"), op("1 'ab'"));
  EXPECT_EQ(composed("1 'a'", "1 -1"), op(""));
}

TEST(Compose, DeletesJoinAcrossWhatIsGone) { EXPECT_EQ(composed("1 -2", "-3"), op("-5")); }

TEST(Compose, AnInsertWhereTextWasDeletedComesFirst) {
  EXPECT_EQ(composed("1 -2", "1 'x'"), op("1 'x' -2"));
}

TEST(Compose, DeletesOfKeptTextKeepTheirTexts) {
  EXPECT_EQ(composed("1 'x'", "-'axb'"), op("-'ab'"));
  EXPECT_EQ(composed("1 -'b'", "-'ac'"), op("-'abc'"));
  EXPECT_EQ(composed("1 -1", "-'ac'"), op("-3"));
}

TEST(Compose, WithNothingIsNormalForm) {
  EXPECT_EQ(composed("'a' 'b' -1 -1", ""), op("'ab' -2"));
  EXPECT_EQ(composed("", "'a' 'b' -1 -1"), op("'ab' -2"));
}

}  // namespace
}  // namespace cowrite::ot
