#include "server/http/json.h"

#include <gtest/gtest.h>

#include "server/http/history_json.h"
#include "storage/errors.h"

namespace cowrite::http {
namespace {

const storage::DocumentInfo kNotes = {{"docs", "notes"}, 12, true, 1045, 1'000, 1'795'154'400'123};

ot::Operation replace(std::uint64_t at, std::string_view dropped, std::string_view text) {
  ot::OperationBuilder builder;
  builder.retain(at).insert(text).erase_text(dropped).erase(2);
  return std::move(builder).build();
}

std::vector<storage::Record> records_of_every_kind() {
  ot::OperationBuilder erase_text;
  erase_text.retain(1).erase_text("\"é\x01\xF0\x9F\x98\x80");
  return {
      {0, "s", 1, "Ann", 1'000, storage::Create{"one\n\"two\"\\"}},
      {1, "s", 2, "", 1'001, storage::Edit{ot::Operation{}}},
      {2, "s", 3, "<b>\x1b[31m", 1'002, storage::Edit{replace(3, "x", "hé\x7f")}},
      {3, "s", 4, "Ann", 1'003, storage::Edit{std::move(erase_text).build()}},
      {4, "t", 1, "Ann", 1'004, storage::Delete{}},
  };
}

TEST(ApiJson, ADocumentIsOneFlatObject) {
  EXPECT_EQ(document_json(kNotes),
            R"({"collection":"docs","id":"notes","version":12,"exists":true,"bytes":1045,)"
            R"("created":"1970-01-01T00:00:01.000Z","changed":"2026-11-20T06:00:00.123Z"})");
}

TEST(ApiJson, ARecordSaysTheVersionThatItMade) {
  ot::OperationBuilder builder;
  builder.retain(3).insert("hello").erase(1);
  const storage::Record record{11, "f3", 4, "Ann", 0, storage::Edit{std::move(builder).build()}};
  EXPECT_EQ(
      record_json(record),
      R"({"version":12,"time":"1970-01-01T00:00:00.000Z","author":"Ann","source":"f3","sequence":4,)"
      R"("op":[3,"hello",{"d":1}]})");
}

TEST(ApiJson, DocumentsComeBack) {
  const Result<storage::DocumentInfo> info = parse_document(document_json(kNotes));
  ASSERT_TRUE(info);
  EXPECT_EQ(document_json(*info), document_json(kNotes));
  EXPECT_EQ(info->key, kNotes.key);

  const Result<history::DocumentPage> page =
      parse_documents(documents_json({{*info, kNotes}, {}, "n\"e\nxt"}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->documents.size(), 2U);
  EXPECT_EQ(page->next, "n\"e\nxt");
  EXPECT_EQ(parse_documents(documents_json({}))->next, std::nullopt);
}

TEST(ApiJson, RecordsOfEveryKindComeBack) {
  const history::RecordPage page{records_of_every_kind(), 6};
  const Result<history::RecordPage> back = parse_records(records_json(page));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->records, page.records);
  EXPECT_EQ(back->next, 6U);
}

TEST(ApiJson, BlamesComeBack) {
  const history::BlameSpan there{"né\n", 3, {4, 1'000, "Ann"}, 2, {}};
  const history::BlameSpan gone{"x", 1, {1, 0, ""}, 1, history::Origin{9, 2'000, "Bob"}};
  const Result<history::BlamePage> back = parse_blame(blame_json({9, 2'000, {there, gone}, 12}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->version, 9U);
  EXPECT_EQ(back->time_ms, 2'000);
  EXPECT_EQ(back->spans, (std::vector{there, gone}));
  EXPECT_EQ(back->next, 12U);
}

TEST(ApiJson, GroupsComeBack) {
  const history::VersionGroup group{3, 40, 1'000, 2'000, "Ann", 120, 4, true, false};
  const history::VersionGroup last{41, 41, 2'000, 2'000, "", 0, 0, false, true};
  const Result<history::GroupPage> back = parse_groups(groups_json({{group, last}, 42}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->groups, (std::vector{group, last}));
  EXPECT_EQ(back->next, 42U);
}

TEST(ApiJson, ADifferenceHasItsLinesWithTheirMarks) {
  const history::Difference difference =
      *history::make_difference({"docs", "notes"}, Error{history::kErrDocumentAbsent, "absent"},
                                history::VersionText{2, 0, "a\nb"});
  EXPECT_EQ(difference_json(difference),
            R"({"collection":"docs","id":"notes","from":null,)"
            R"("to":{"version":2,"time":"1970-01-01T00:00:00.000Z"},)"
            R"("hunks":[{"from":0,"from_lines":0,"to":1,"to_lines":2,"lines":["+a\n","+b"]}]})");
}

TEST(ApiJson, ErrorsComeBackWithTheirCode) {
  const Error unknown{history::kErrDocumentUnknown, "docs/x: no such document"};
  EXPECT_EQ(parse_error(error_json(unknown)), unknown);
  const Error version{storage::kErrVersionUnknown, "docs/x: there is no version 3"};
  EXPECT_EQ(parse_error(error_json(version)), version);
  EXPECT_EQ(parse_error(R"({"error":{"code":"ERR_NEW","message":"m"}})"),
            (Error{kErrRequestFailed, "m"}));
}

TEST(ApiJson, WhatIsNoAnswerOfThisApiIsRefused) {
  for (const char* json :
       {"", "<html>", "[]", "3", "null", "{}", R"({"records":3})", R"({"records":[3]})",
        R"({"documents":[{}]})", R"({"documents":{},"records":{}})", R"({"error":3})",
        R"({"error":{}})", R"({"error":{"code":1,"message":"m"}})"}) {
    EXPECT_EQ(parse_document(json).has_value(), false) << json;
    EXPECT_EQ(parse_documents(json).has_value(), false) << json;
    EXPECT_EQ(parse_records(json).has_value(), false) << json;
    EXPECT_EQ(parse_blame(json).has_value(), false) << json;
    EXPECT_EQ(parse_groups(json).has_value(), false) << json;
    EXPECT_EQ(parse_error(json), std::nullopt) << json;
  }
}

TEST(ApiJson, ARecordThatCannotBeIsRefused) {
  const auto record = [](const std::string& fields) {
    return R"({"records":[{"time":"1970-01-01T00:00:00.000Z","author":"","source":"s","sequence":1,)" +
           fields + "}]}";
  };
  ASSERT_TRUE(parse_records(record(R"("version":1,"op":[1,"x"])")));
  for (const char* fields :
       {R"("version":0,"op":[])", R"("version":-1,"op":[])", R"("version":1.5,"op":[])",
        R"("version":1)", R"("version":1,"op":3)", R"("version":1,"op":[true])",
        R"("version":1,"op":[{"e":1}])", R"("version":1,"op":[{"d":-1}])",
        R"("version":1,"op":[0])", R"("version":1,"op":[1,2])", R"("version":1,"create":1)",
        R"("version":1,"del":1)"}) {
    const Result<history::RecordPage> page = parse_records(record(fields));
    ASSERT_FALSE(page) << fields;
    EXPECT_EQ(page.error().code, kErrReplyInvalid) << fields;
  }
}

}  // namespace
}  // namespace cowrite::http
