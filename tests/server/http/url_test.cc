#include "server/http/url.h"

#include <gtest/gtest.h>

namespace cowrite::http {
namespace {

using Segments = std::vector<std::string>;

TEST(Url, PercentEncodingKeepsOnlyWhatNobodyInterprets) {
  EXPECT_EQ(percent_encode("Notes-1_~"), "Notes-1_~");
  EXPECT_EQ(percent_encode("a/b c%?&+#"), "a%2Fb%20c%25%3F%26%2B%23");
  EXPECT_EQ(percent_encode(".."), "%2E%2E");
  EXPECT_EQ(percent_encode("né"), "n%C3%A9");
}

TEST(Url, EveryIdComesBackFromAPath) {
  for (const std::string id :
       {"notes", "a/b", "..", " ", "%41", "né", "日本", "\x01", "a+b", "😀"}) {
    EXPECT_EQ(split_path("/docs/" + percent_encode(id)), (Segments{"docs", id})) << id;
  }
}

TEST(Url, AnEncodedSlashBelongsToItsSegment) {
  EXPECT_EQ(split_path("/d/a%2Fb"), (Segments{"d", "a/b"}));
  EXPECT_EQ(split_path("/d/a/b"), (Segments{"d", "a", "b"}));
}

TEST(Url, EmptySegmentsAreSegments) {
  EXPECT_EQ(split_path("/"), (Segments{""}));
  EXPECT_EQ(split_path("/d/"), (Segments{"d", ""}));
  EXPECT_EQ(split_path("//"), (Segments{"", ""}));
}

TEST(Url, ABadPathIsNone) {
  for (const char* path : {"", "docs", "/%", "/%4", "/%zz", "/%ff", "/%ed%a0%80", "/a%2"}) {
    EXPECT_EQ(split_path(path), std::nullopt) << path;
  }
}

TEST(Url, AQueryIsReadAsFormsWriteIt) {
  EXPECT_EQ(split_query(""), Parameters{});
  EXPECT_EQ(split_query("a=1&b=%2B+x"), (Parameters{{"a", "1"}, {"b", "+ x"}}));
  EXPECT_EQ(split_query("a&&b=&c=1=2"), (Parameters{{"a", ""}, {"b", ""}, {"c", "1=2"}}));
  EXPECT_EQ(split_query("a=%"), std::nullopt);
  EXPECT_EQ(split_query("%ff=1"), std::nullopt);
}

}  // namespace
}  // namespace cowrite::http
