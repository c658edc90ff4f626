#include "storage/version_selector.h"

#include <gtest/gtest.h>

namespace cowrite::storage {
namespace {

TEST(VersionSelector, DigitsAreAVersion) {
  EXPECT_EQ(*parse_version_selector("0"), VersionSelector(AtVersion{0}));
  EXPECT_EQ(*parse_version_selector("12"), VersionSelector(AtVersion{12}));
  EXPECT_EQ(*parse_version_selector("2026"), VersionSelector(AtVersion{2026}));
  EXPECT_EQ(*parse_version_selector("18446744073709551615"),
            VersionSelector(AtVersion{~std::uint64_t{0}}));
}

TEST(VersionSelector, AnythingElseIsATime) {
  EXPECT_EQ(*parse_version_selector("1970-01-01T00:00:01Z"), VersionSelector(AtTime{1'000}));
  EXPECT_EQ(*parse_version_selector("1970-01-01T01:00:01.5+01:00"), VersionSelector(AtTime{1'500}));
  EXPECT_EQ(*parse_version_selector("1970-01-02"), VersionSelector(AtTime{86'400'000}));
}

TEST(VersionSelector, WhatIsNeitherIsRefusedWithExamplesOfBoth) {
  for (const char* text : {"", "-1", "+1", " 1", "1.5", "0x10", "v12", "HEAD", "yesterday",
                           "18446744073709551616", "2026-11-20T06:11"}) {
    const Result<VersionSelector> selector = parse_version_selector(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().code, kErrSelectorInvalid) << text;
  }
  EXPECT_EQ(parse_version_selector("HEAD").error().message,
            "\"HEAD\" is not a time: write 2026-11-20, 2026-11-20T06:11:00Z or "
            "2026-11-20T08:11:00+02:00, or a version such as 12");
}

TEST(VersionSelector, ComesBackFromItsText) {
  for (const VersionSelector& selector :
       {VersionSelector(AtVersion{12}), VersionSelector(AtTime{1'500})}) {
    EXPECT_EQ(*parse_version_selector(to_text(selector)), selector);
  }
}

TEST(VersionSelector, ANumberIsDigitsOnly) {
  EXPECT_EQ(*parse_number("007"), 7U);
  for (const char* text : {"", "-1", "+1", "1 ", "1e3", "18446744073709551616"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

}  // namespace
}  // namespace cowrite::storage
