#include "server/log/line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace cowrite::log {
namespace {

nlohmann::json json_of(std::string_view message, Fields fields) {
  return nlohmann::json::parse("{" + json_fields(message, fields) + "}");
}

TEST(LogLine, QuotesAValueThatCouldBeTakenForMore) {
  EXPECT_EQ(text_line("backup made", {{"of", "/backups/a"}, {"took", 12U}}),
            "backup made of=/backups/a took=12");
  EXPECT_EQ(text_line("m", {{"of", "a b=c"}}), "m of=\"a b=c\"");
  EXPECT_EQ(text_line("m", {{"of", ""}}), "m of=\"\"");
  EXPECT_EQ(text_line("m", {{"of", "a\"b\\"}}), "m of=\"a\\\"b\\\\\"");
}

TEST(LogLine, CannotBeForgedNorObeyedByATerminal) {
  const std::string forged = "a\n2026-01-01T00:00:00.000Z error b\r\x1b[31m\x7f\u0085\u2028\u202e";
  const std::string escaped =
      "a\\n2026-01-01T00:00:00.000Z error b\\r\\x1b[31m\\u007f\\u0085\\u2028\\u202e";
  EXPECT_EQ(text_line(forged, {}), escaped);
  EXPECT_EQ(text_line("m", {{"of", forged}}), "m of=\"" + escaped + "\"");
  const std::string json = json_fields(forged, {{"of", forged}});
  EXPECT_EQ(json.find('\n'), json.npos);
  EXPECT_EQ(json_of(forged, {{"of", forged}})["of"], forged);
}

TEST(LogLine, HasNumbersAsNumbersInJson) {
  const nlohmann::json line = json_of("m", {{"count", 41U}, {"of", "41"}});
  EXPECT_EQ(line["message"], "m");
  EXPECT_EQ(line["count"], 41);
  EXPECT_EQ(line["of"], "41");
}

TEST(LogLine, HasBytesThatAreNoTextAndIsStillJson) {
  EXPECT_EQ(text_line("m", {{"of", "\xff"}}), "m of=\"\\xff\"");
  EXPECT_EQ(json_of("m", {{"of", "\xff"}})["of"], "\uFFFD");
}

TEST(LogLine, IsCutBetweenCodePoints) {
  std::string value;
  while (value.size() <= kValueBytesMax) value += "\U0001F600";
  const std::string cut = json_of("m", {{"of", value}})["of"];
  EXPECT_LE(cut.size(), kValueBytesMax);
  EXPECT_GT(cut.size(), kValueBytesMax - 8);
  EXPECT_TRUE(cut.ends_with("\U0001F600…")) << cut.substr(cut.size() - 8);
  const std::string whole(kValueBytesMax, 'a');
  EXPECT_EQ(text_line(whole, {}), whole);
}

}  // namespace
}  // namespace cowrite::log
