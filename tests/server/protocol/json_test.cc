// Reading and writing JSON, compared with a library's trees.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "server/protocol/json_reader.h"
#include "server/protocol/json_writer.h"

namespace cowrite::protocol {
namespace {

using Random = std::mt19937_64;

std::string pick(Random& random, const std::vector<std::string>& from) {
  return from[random() % from.size()];
}

// The text of any value, with repeated names, some spaces, and every kind of escape.
std::string any_json(Random& random, int depth) {
  static const std::vector<std::string> kScalars = {
      "null",
      "true",
      "false",
      "0",
      "7",
      "-0",
      "-7",
      "1.0",
      "1e3",
      "-2.5e-7",
      "18446744073709551615",
      "18446744073709551616",
      "-9223372036854775808",
      "123456789012345678.5",
      "\"\"",
      "\"text\"",
      R"("\"\\\/\b\f\n\r\t\u0000\u001f\u00e9\ud83d\ude00")",
      "\"\x7f\u00e9\U0001F600\""};
  if (depth == 0 || random() % 3 == 0) return pick(random, kScalars);
  const bool is_object = random() % 2 == 0;
  std::string json = is_object ? "{" : "[";
  for (std::uint64_t left = random() % 5; left > 0; --left) {
    if (is_object) json += pick(random, {R"("a": )", R"("b" :)", R"("\u0061":)", R"("":)"});
    json += any_json(random, depth - 1) + (left > 1 ? " , " : "");
  }
  return json + (is_object ? "}" : "]");
}

TEST(Json, ValuesAreWrittenAsTheLibraryWritesItsTrees) {
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Random random(seed);
    const std::string text = any_json(random, 5);
    const ParsedJson parsed(text);
    ASSERT_FALSE(parsed.fault()) << text;
    ASSERT_EQ(parsed.root().to_json(), nlohmann::json::parse(text).dump()) << text;
  }
}

TEST(Json, WhatIsNoJsonToTheLibraryIsNone) {
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Random random(seed);
    std::string text = any_json(random, 3);
    text.erase(random() % text.size(), 1 + random() % 3);
    const ParsedJson parsed(text);
    if (parsed.fault() == JsonFault::kLoneSurrogate) continue;  // The library refuses it.
    ASSERT_EQ(!parsed.fault(), nlohmann::json::accept(text)) << text;
  }
}

TEST(Json, FieldsAreFoundByName) {
  const ParsedJson parsed(R"({"a":1,"b":[{"a":2},"x",[]],"a":"last","":null})");
  const JsonValue root = parsed.root();
  EXPECT_EQ(root.size(), 4U);
  EXPECT_EQ(root["a"].string(), "last");
  EXPECT_TRUE(root["c"].is_null());
  EXPECT_TRUE(root["a"]["a"].is_null());
  EXPECT_TRUE(root.has(""));
  EXPECT_FALSE(root.has("c"));
  EXPECT_EQ(root["b"].size(), 3U);
  std::vector<std::string> elements;
  for (const JsonValue element : root["b"].elements()) elements.push_back(element.to_json());
  EXPECT_EQ(elements, (std::vector<std::string>{R"({"a":2})", R"("x")", "[]"}));
  EXPECT_TRUE((*root["b"].elements().begin()).has_only("a"));
  EXPECT_FALSE(root.has_only("a"));
  EXPECT_FALSE(JsonValue().has_only("a"));
}

TEST(JsonWriter, WritesTheCommas) {
  JsonWriter json;
  json.begin_object().begin_array("a").end_array().integer("b", 1).begin_object("c").end_object();
  json.begin_array("d").text("x").null().begin_array().boolean(false).end_array().raw("{}");
  json.raw("")
      .signed_integer(-1)
      .end_array()
      .integer("e", std::nullopt)
      .text("f", ":")
      .end_object();
  EXPECT_EQ(json.take(), R"({"a":[],"b":1,"c":{},"d":["x",null,[false],{},-1],"e":null,"f":":"})");
  EXPECT_EQ(JsonWriter(R"("a":1)").boolean("b", true).take(), R"("a":1,"b":true)");
  EXPECT_EQ(JsonWriter("").text("b", "[").text("c", "{").take(), R"("b":"[","c":"{")");
}

std::string written_by_library(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TEST(JsonWriter, EscapesWhatTheLibraryEscapesWhereverItStands) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const std::uint64_t plain_between = std::uint64_t{1} << random() % 12;  // From dense to rare.
    const std::uint64_t bytes = random() % (seed % 10 == 0 ? 70'000 : 1'000);
    // Every byte, also where it is not UTF-8.
    const std::uint64_t bytes_known = seed % 2 == 0 ? 0x80 : 0x100;
    std::string text;
    while (text.size() < bytes) {
      const auto any = static_cast<char>(random() % bytes_known);
      text += random() % plain_between > 0 ? 'x' : any;
      if (random() % 64 == 0) text += "\u00e9\U0001F600";
    }
    ASSERT_EQ(JsonWriter().text(text).take(), written_by_library(text)) << "seed " << seed;
  }
}

TEST(JsonWriter, EscapesEachByteInEachPlaceAsTheLibraryDoes) {
  for (int byte = 0; byte < 0x100; ++byte) {
    for (std::size_t place = 0; place < 70; ++place) {  // Of more than two blocks.
      std::string text(70, 'x');
      text[place] = static_cast<char>(byte);
      ASSERT_EQ(JsonWriter().text(text).take(), written_by_library(text)) << byte << " " << place;
    }
  }
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8AsTheLibraryDoes) {
  const std::vector<std::string> pieces = {"a",        "\"",           "\\",           "\n",
                                           "\u00e9",   "\U0001F600",   "\x80",         "\xC3",
                                           "\xE2\x82", "\xF0\x9F\x98", "\xED\xA0\x80", "\xC0\xAF",
                                           "\xE0\x80", "\xF4\x90",     "\xFF"};
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Random random(seed);
    std::string text;
    for (std::uint64_t left = random() % 8; left > 0; --left) text += pick(random, pieces);
    ASSERT_EQ(JsonWriter().text(text).take(), written_by_library(text)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace cowrite::protocol
