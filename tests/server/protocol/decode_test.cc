// The door for messages: what gets in, and what everything else is told.

#include "server/protocol/decode.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/protocol/encode.h"
#include "server/protocol/limits.h"
#include "storage/limits.h"
#include "tests/ot/notation.h"

namespace cowrite::protocol {
namespace {

template <typename T>
T decoded(const std::string& text) {
  Decoded outcome = decode(text);
  EXPECT_TRUE(std::holds_alternative<Message>(outcome)) << text;
  return std::get<T>(std::get<Message>(outcome));
}

std::string refusal(const std::string& text) {
  Decoded outcome = decode(text);
  const auto* refused = std::get_if<Refused>(&outcome);
  return refused ? std::string(refused->error.code) : "(not refused)";
}

bool is_message(const std::string& text) {
  return !std::holds_alternative<NotAMessage>(decode(text));
}

std::string op(const std::string& components) {
  return R"({"a":"op","c":"docs","d":"d","v":1,"seq":1,"op":)" + components + "}";
}

// ---- What gets in

TEST(Decode, AnOperationKeepsItsComponentsAsTheyCame) {
  const auto submit = decoded<Submit>(op(R"([2,"a","b",{"d":1},{"d":"xy"}])"));
  EXPECT_EQ(submit.version, 1U);
  EXPECT_EQ(submit.sequence, 1U);
  EXPECT_FALSE(submit.source.has_value());
  EXPECT_EQ(std::get<storage::Edit>(submit.change).operation, ot::op("2 'a' 'b' -1 -'xy'"));
}

TEST(Decode, EscapedSurrogatePairsAreOneCodePoint) {
  const auto submit = decoded<Submit>(op(R"(["\ud83d\ude00"])"));
  EXPECT_EQ(std::get<storage::Edit>(submit.change).operation[0].length, 1U);
}

TEST(Decode, OpComesBeforeCreateAndCreateBeforeDel) {
  const std::string rest = R"(,"c":"docs","d":"d","v":0,"seq":1})";
  const std::string create = R"("create":{"type":"text-unicode","data":"x"})";
  EXPECT_TRUE(std::holds_alternative<storage::Edit>(
      decoded<Submit>(R"({"a":"op","op":[],)" + create + rest).change));
  EXPECT_TRUE(std::holds_alternative<storage::Create>(
      decoded<Submit>(R"({"a":"op","del":true,)" + create + rest).change));
  EXPECT_EQ(refusal(R"({"a":"op","op":null,)" + create + rest), "ERR_OT_OP_NOT_APPLIED");
}

TEST(Decode, AbsentAndNullVersionsMeanNone) {
  EXPECT_FALSE(decoded<Read>(R"({"a":"f","c":"docs","d":"d"})").version.has_value());
  EXPECT_FALSE(decoded<Read>(R"({"a":"s","c":"docs","d":"d","v":null})").version.has_value());
  EXPECT_EQ(decoded<Read>(R"({"a":"s","c":"docs","d":"d","v":0})").version, 0U);
}

TEST(Decode, BulkRequestsComeAsListsAndAsMaps) {
  const auto list = decoded<ReadMany>(R"({"a":"bs","c":"docs","b":["x","y"]})");
  EXPECT_FALSE(list.with_versions);
  EXPECT_EQ(list.documents.size(), 2U);
  const auto map = decoded<ReadMany>(R"({"a":"bf","c":"docs","b":{"x":3}})");
  EXPECT_TRUE(map.with_versions);
  EXPECT_EQ(map.documents.front().second, 3U);
}

TEST(Decode, UnknownFieldsAreIgnored) {
  EXPECT_TRUE(is_message(R"({"a":"pp","future":[{}]})"));
  EXPECT_EQ(refusal(R"({"a":"pp","future":[{}]})"), "(not refused)");
}

TEST(Decode, IdsMayBeAnyTextUpToTheirLimit) {
  const std::string longest(storage::kIdBytesMax, 'x');
  EXPECT_EQ(decoded<Read>(R"({"a":"f","c":"proto","d":")" + longest + "\"}").key.id(), longest);
  EXPECT_EQ(refusal(R"({"a":"f","c":"docs","d":")" + longest + "x\"}"), "ERR_ID_TOO_LONG");
  EXPECT_EQ(decoded<Read>(R"({"a":"f","c":" ","d":"\u0001"})").key.id(), "\x01");
}

TEST(Decode, OfRepeatedFieldsTheLastCounts) {
  EXPECT_EQ(decoded<Read>(R"({"a":"pp","a":"f","c":1,"c":"docs","d":"x","d":"d"})").key,
            (DocumentKey{"docs", "d"}));
  EXPECT_FALSE(decoded<Read>(R"({"a":"f","c":"docs","d":"d","v":3,"v":null})").version);
  EXPECT_EQ(refusal(R"({"a":"f","c":"docs","d":"d","d":7})"), "ERR_MESSAGE_BADLY_FORMED");
  const auto submit = decoded<Submit>(op(R"([{"d":"x","d":2}])"));
  EXPECT_EQ(std::get<storage::Edit>(submit.change).operation, ot::op("-2"));
  const auto many = decoded<ReadMany>(R"({"a":"bf","c":"docs","b":{"y":1,"x":2,"y":3}})");
  EXPECT_EQ(many.documents, (std::vector<std::pair<std::string, std::optional<std::uint64_t>>>{
                                {"x", 2}, {"y", 3}}));
}

TEST(Decode, IntegersAreDigitsAlone) {
  const auto read = [](const std::string& version) {
    return R"({"a":"f","c":"docs","d":"d","v":)" + version + "}";
  };
  EXPECT_EQ(decoded<Read>(read("9007199254740991")).version, storage::kIntegerMax);
  for (const char* version : {"9007199254740992", "18446744073709551616", "1.0", "1e3", "-0", "-1",
                              "\"1\"", "true", "[]", "{}"}) {
    EXPECT_EQ(refusal(read(version)), "ERR_MESSAGE_BADLY_FORMED") << version;
  }
  for (const char* version : {"01", "+1", "1.", ".5", "0x1", "NaN", "1e999"}) {
    EXPECT_FALSE(is_message(read(version))) << version;
  }
}

TEST(Decode, ATimeMayBeAnyNumber) {
  const auto time = [](const std::string& ts) {
    return decoded<FetchSnapshotByTime>(R"({"a":"nt","id":1,"c":"docs","d":"d","ts":)" + ts + "}")
        .time_ms;
  };
  EXPECT_EQ(time("1795154400123"), 1'795'154'400'123);
  EXPECT_EQ(time("1795154400123.75"), 1'795'154'400'123);
  EXPECT_EQ(time("-5"), -1);
  EXPECT_EQ(time("1e300"), static_cast<std::int64_t>(storage::kIntegerMax));
  EXPECT_EQ(time("null"), std::nullopt);
}

// ---- Faults, each with its code

struct Fault {
  const char* text;
  const char* code;
};
class Faults : public ::testing::TestWithParam<Fault> {};

TEST_P(Faults, AreAnsweredWithTheRequestAndTheCode) {
  Decoded outcome = decode(GetParam().text);
  const auto* refused = std::get_if<Refused>(&outcome);
  ASSERT_NE(refused, nullptr) << GetParam().text;
  EXPECT_EQ(refused->error.code, GetParam().code) << GetParam().text;
  EXPECT_NE(refused->reply.find("\"error\":{\"code\":\"" + std::string(GetParam().code)),
            std::string::npos);
  EXPECT_FALSE(refused->error.message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Decode, Faults,
    ::testing::Values(
        Fault{R"({})", "ERR_MESSAGE_BADLY_FORMED"}, Fault{R"({"a":1})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"nonsense"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs","d":7})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs","d":"d","v":-1})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs","d":"d","v":1.5})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs","d":"d","v":9007199254740992})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"bs","c":"docs"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"bs","c":"docs","b":[7]})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"bs","c":"docs","b":{"d":"x"}})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"bu","c":"docs","b":{}})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"nf","c":"docs","d":"d"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"nt","id":1,"c":"docs","d":"d","ts":"now"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"p","ch":"x","p":1,"pv":1})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"p","ch":"x","id":"p","p":1,"pv":"1"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"ps","ch":7,"seq":1})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"hs","protocol":{}})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs","d":"\ud83d"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"qf","id":1,"c":"docs"})", "ERR_DATABASE_METHOD_NOT_IMPLEMENTED"},
        Fault{R"({"a":"qf","id":1,"c":"docs","q":[]})", "ERR_DATABASE_METHOD_NOT_IMPLEMENTED"},
        Fault{R"({"a":"qs","id":1,"c":"docs","q":{"x":1}})", "ERR_DATABASE_METHOD_NOT_IMPLEMENTED"},
        Fault{R"({"a":"qf","id":1,"c":"docs","q":{"after":"d","x":1}})",
              "ERR_DATABASE_METHOD_NOT_IMPLEMENTED"},
        Fault{R"({"a":"qf","id":1,"c":"docs","q":{"after":7}})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"qf","c":"docs","q":{}})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"__proto__","d":"d"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"f","c":"docs","d":"a\u0000"})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"p","ch":"docs.e","id":"p","p":1,"pv":1,"c":"docs","d":"d","v":1})",
              "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"p","ch":"docs.d","id":"p","p":1,"pv":1,"c":"docs","d":"d"})",
              "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"seq":1})", "ERR_MESSAGE_BADLY_FORMED"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"op":[]})", "ERR_OT_OP_BADLY_FORMED"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"seq":9007199254740991,"op":[]})",
              "ERR_CONNECTION_SEQ_INTEGER_OVERFLOW"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"del":1})", "ERR_OT_OP_BADLY_FORMED"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"create":"x"})",
              "ERR_OT_OP_BADLY_FORMED"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"create":{}})",
              "ERR_OT_OP_BADLY_FORMED"},
        Fault{R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"create":{"type":"json0"}})",
              "ERR_DOC_TYPE_NOT_RECOGNIZED"},
        Fault{
            R"({"a":"op","c":"docs","d":"d","v":0,"seq":1,"create":{"type":"text-unicode","data":null}})",
            "ERR_OT_OP_BADLY_FORMED"}));

class BadOperations : public ::testing::TestWithParam<const char*> {};

TEST_P(BadOperations, AreRefused) {
  EXPECT_EQ(refusal(op(GetParam())), "ERR_OT_OP_NOT_APPLIED") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Decode, BadOperations,
                         ::testing::Values("{}", "\"x\"", "[0]", "[-1]", "[1.5,\"x\"]", "[\"\"]",
                                           "[true]", "[null]", "[[]]", "[{}]", "[{\"d\":0}]",
                                           "[{\"d\":-1}]", "[{\"d\":\"\"}]", "[{\"d\":1,\"x\":2}]",
                                           "[{\"i\":\"x\"}]", "[1,2,\"x\"]", "[\"x\",1]",
                                           "[9223372036854775808,\"x\"]", "[1e3,\"x\"]",
                                           "[\"\\ud83d\"]", "[{\"d\":\"\\udc00\"}]"));

std::string reply_to(const std::string& text) {
  Decoded outcome = decode(text);
  const auto* refused = std::get_if<Refused>(&outcome);
  return refused ? refused->reply : "(not refused)";
}

TEST(Decode, ARefusalRepeatsWhatTheRequestIsRecognisedByAndNothingElse) {
  EXPECT_EQ(reply_to(R"({"z":[1.50],"x":{},"op":[1],"create":2,"v":[1.50,-0,{"b":1,"a":2,"b":3}],)"
                     R"("error":"mine","c":7,"a":"f"})"),
            R"({"a":"f","c":7,"v":[1.5,0,{"a":2,"b":3}],"error":{"code":)"
            R"("ERR_MESSAGE_BADLY_FORMED","message":"Invalid collection"}})");
  EXPECT_EQ(reply_to("{}"), R"({"error":{"code":"ERR_MESSAGE_BADLY_FORMED",)"
                            R"("message":"\"a\" must be a string"}})");
}

TEST(Decode, ARefusalRepeatsNoFieldThatIsLong) {
  const std::string junk(std::size_t{1} << 20, 'x');
  for (const char* name : {"a", "c", "d", "id", "ch", "src", "z"}) {
    std::string text = R"({"c":"docs","d":"d",")" + std::string(name) + R"(":")" + junk + "\"}";
    if (name != std::string("a")) text.insert(1, R"("a":"f","v":-1,)");
    EXPECT_LT(reply_to(text).size(), 1'000U) << name;
  }
  const std::string id = "\"" + std::string(300, 'x') + "\"";
  EXPECT_NE(reply_to(R"({"a":"f","c":"docs","d":)" + id + "}").find(id), std::string::npos);
}

TEST(Decode, ARefusedBulkRequestIsRecognisedByItsList) {
  std::string ids = "[";
  for (std::size_t i = 0; i <= kSubscriptionsPerConnectionMax; ++i) {
    ids += (i > 0 ? ",\"" : "\"") + std::string(200, 'x') + std::to_string(i) + "\"";
  }
  ids += "]";
  EXPECT_NE(reply_to(R"({"a":"bs","c":"docs","b":)" + ids + "}").find(ids), std::string::npos);
}

TEST(Decode, HalvesOfSurrogatePairsAreRefusedAndReplacedInTheReply) {
  const auto fetch = [](const std::string& id) {
    return R"({"a":"f","c":"docs","d":")" + id + "\"}";
  };
  for (const char* half : {R"(\ud83d)", R"(\ude00)", R"(\uDBFF)", R"(\udc00)"}) {
    EXPECT_EQ(reply_to(fetch("x" + std::string(half) + "y")),
              R"({"a":"f","c":"docs","d":"x�y","error":{"code":"ERR_MESSAGE_BADLY_FORMED",)"
              R"("message":"a text holds half of a surrogate pair"}})");
  }
  EXPECT_EQ(refusal(fetch(R"(\ud83d\ud83d\ude00)")), "ERR_MESSAGE_BADLY_FORMED");
  EXPECT_EQ(refusal(R"({"a":"f","c":"docs","d":"d","\udc00":1})"), "ERR_MESSAGE_BADLY_FORMED");
  EXPECT_EQ(decoded<Read>(fetch(R"(\ud83d\ude00)")).key.id(), "\U0001F600");
  EXPECT_EQ(decoded<Read>(fetch(R"(\\ud83d)")).key.id(), R"(\ud83d)") << "no escape";
  EXPECT_FALSE(is_message(R"({"a":"\ud83d",})"));
  EXPECT_FALSE(is_message(R"({"a":"\ud83d","x":)" + std::string(100, '[')));
}

// ---- Sizes and depth

TEST(Decode, TextThatIsNoObjectIsNoMessage) {
  for (const char* text : {"", "nonsense", "{", "[]", "1", "null", "\"x\"", "{\"a\":\"pp\"} x"}) {
    EXPECT_FALSE(is_message(text)) << text;
  }
}

TEST(Decode, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":"pp","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(is_message(nested(kJsonDepthMax - 1)));
  EXPECT_FALSE(is_message(nested(kJsonDepthMax)));
  EXPECT_FALSE(is_message(nested(1'000'000)));
  EXPECT_FALSE(is_message(std::string(1'000'000, '[')));
  EXPECT_TRUE(is_message(R"({"a":"pp","x":")" + std::string(1'000, '[') + "\"}")) << "in a text";
  std::string side_by_side = R"({"a":"pp","x":[)";
  for (std::size_t i = 0; i < 2 * kJsonDepthMax; ++i) side_by_side += "[{}],";
  EXPECT_TRUE(is_message(side_by_side + "[]]}"));
}

TEST(Decode, AnOversizedOperationIsRefusedAndLeftOutOfTheReply) {
  Decoded outcome = decode(op("[\"" + std::string(kOperationBytesMax, 'x') + "\"]"));
  const auto* refused = std::get_if<Refused>(&outcome);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.code, "ERR_OP_TOO_LARGE");
  EXPECT_LT(refused->reply.size(), 1'000U);
}

TEST(Decode, TooManyComponentsAreRefused) {
  std::string components = "[";
  for (std::size_t i = 0; i <= storage::kOperationComponentsMax; ++i) components += "\"x\",";
  components.back() = ']';
  EXPECT_EQ(refusal(op(components)), "ERR_OP_TOO_LARGE");
}

std::string repeated(std::string_view value, std::size_t count) {
  std::string list = "[";
  for (std::size_t i = 0; i < count; ++i) list.append(i > 0 ? "," : "").append(value);
  return list + "]";
}

TEST(Decode, ValuesAreBoundedAndTheRequestIsRecognisedAllTheSame) {
  const std::string values = repeated("1", kJsonValuesMax + 10);
  EXPECT_EQ(refusal(R"({"a":"pp","x":)" + values + "}"), "ERR_MESSAGE_BADLY_FORMED");
  EXPECT_EQ(reply_to(R"({"x":)" + values + R"(,"c":"docs","d":"d","seq":7,"a":"op","op":["x"]})"),
            R"({"a":"op","c":"docs","d":"d","seq":7,"error":{"code":"ERR_MESSAGE_BADLY_FORMED",)"
            R"("message":"a message holds more than 1048576 values"}})");
  for (const char* value : {"1", "\"x\"", R"({"d":1})", "[[1]]", R"({"a":{"b":1},"c":[1]})"}) {
    EXPECT_EQ(refusal(op(repeated(value, kJsonValuesMax + 10))), "ERR_OP_TOO_LARGE") << value;
  }
  EXPECT_EQ(refusal(op("[" + repeated("1", kJsonValuesMax) + "]")), "ERR_MESSAGE_BADLY_FORMED");
}

TEST(Decode, AnObjectWithVeryManyFieldsIsRefused) {
  std::string text = "{";
  for (std::size_t i = 0; i < kJsonValuesMax; ++i) text += "\"x\":1,";
  EXPECT_EQ(refusal(text + R"("a":"pp"})"), "ERR_MESSAGE_BADLY_FORMED");
}

TEST(Decode, TheLargestOperationOfObjectsFits) {
  std::string components = "[";
  for (std::size_t i = 0; i < storage::kOperationComponentsMax / 2; ++i)
    components += R"(1,{"d":1},)";
  components.back() = ']';
  EXPECT_EQ(refusal(op(components)), "(not refused)");
}

// ---- Encoding

TEST(Encode, WritesAnOperationAsItCame) {
  const storage::Record record{.version = 3,
                               .source = "s",
                               .sequence = 4,
                               .author = "never sent",
                               .change = storage::Edit{ot::op("2 'a\"\n' -1 -'é'")}};
  EXPECT_EQ(encode_operation({"docs", "d"}, record),
            R"({"a":"op","c":"docs","d":"d","v":3,"src":"s","seq":4,)"
            R"("op":[2,"a\"\n",{"d":1},{"d":"é"}]})");
}

TEST(Encode, EscapesAsJavaScriptDoes) {
  EXPECT_EQ(encode_presence_request("\"\\/\b\f\n\r\t\x1f\x7f\u2028"),
            R"({"a":"pr","ch":"\"\\/\b\f\n\r\t\u001f)"
            "\x7f\u2028\"}");
}

TEST(Encode, WritesSnapshotsOfWhatExistsAndWhatDoesNot) {
  const storage::Snapshot text{.version = 2, .exists = true, .text = ot::Rope("a\x01")};
  EXPECT_EQ(encode_read({ReadKind::kFetch, {"docs", "d"}, {}}, text).take(),
            R"({"a":"f","c":"docs","d":"d","data":{"v":2,)"
            R"("type":"http://sharejs.org/types/text-unicode","data":"a\u0001"}})");
  EXPECT_EQ(encode_named_snapshot("nf", 7, {.version = 1}).take(),
            R"({"a":"nf","id":7,"v":1,"type":null,"m":null})");
}

TEST(Encode, AnswersAPresenceCallWithoutItsChannel) {
  EXPECT_EQ(encode_done(RequestPresence{"docs.d"}), R"({"a":"pr"})");
  EXPECT_EQ(encode_presence_request("docs.d"), R"({"a":"pr","ch":"docs.d"})");
}

}  // namespace
}  // namespace cowrite::protocol
