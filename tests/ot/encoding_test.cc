#include "ot/encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ot/base/varint.h"
#include "tests/ot/notation.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {
namespace {

std::string encoded(const Operation& operation) {
  std::string bytes;
  encode(operation, bytes);
  return bytes;
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  put_varint(value, bytes);
  return bytes;
}

void expect_malformed(std::string_view bytes) {
  std::string_view rest = bytes;
  const Result<Operation> operation = decode(rest);
  ASSERT_FALSE(operation.has_value());
  EXPECT_EQ(operation.error().code, kErrOperationInvalid);
  EXPECT_FALSE(operation.error().message.empty());
  EXPECT_EQ(rest, bytes);
}

TEST(Varint, RoundTripsAtEveryBoundary) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value :
         {(std::uint64_t{1} << bits) - 1, std::uint64_t{1} << bits, ~std::uint64_t{0} >> bits}) {
      const std::string bytes = varint(value) + "rest";
      std::string_view rest = bytes;
      EXPECT_EQ(take_varint(rest), value);
      EXPECT_EQ(rest, "rest");
    }
  }
}

TEST(Varint, RefusesWhatPutDoesNotMake) {
  for (const std::string_view bytes :
       {std::string_view(""), std::string_view("\x80"), std::string_view("\x80\x00", 2),
        std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),
        std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x80\x01")}) {
    std::string_view rest = bytes;
    EXPECT_EQ(take_varint(rest), std::nullopt);
    EXPECT_EQ(rest, bytes);
  }
}

TEST(Encoding, IsWhatTheHeaderSays) {
  EXPECT_EQ(encoded(op("3 'é' -2 -'x'")), "\x04\x0C\x09é\x0A\x07x");
  EXPECT_EQ(encoded(op("")), std::string(1, '\0'));
}

TEST(Encoding, TakesOneOperationFromTheFront) {
  const std::string bytes = encoded(op("1 'x' 'y'")) + encoded(op("-2"));
  std::string_view rest = bytes;
  EXPECT_EQ(decode(rest).value(), op("1 'x' 'y'"));
  EXPECT_EQ(decode(rest).value(), op("-2"));
  EXPECT_TRUE(rest.empty());
}

TEST(Encoding, RefusesEveryCutOperation) {
  const std::string bytes = encoded(op("300 'a text' -2 -'x' 5 'y'"));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    expect_malformed(bytes.substr(0, length));
  }
}

TEST(Encoding, RefusesWhatIsNotAValidOperation) {
  expect_malformed("\x01\x04");                                // A retain at the end.
  expect_malformed("\x03\x04\x04\x05x");                       // Two retains in a row.
  expect_malformed(std::string_view("\x01\x02", 2));           // A delete of nothing.
  expect_malformed(std::string_view("\x01\x01", 2));           // An insert of nothing.
  expect_malformed(std::string_view("\x01\x03", 2));           // A delete of an empty text.
  expect_malformed("\x01\x05\xFF");                            // Not UTF-8.
  expect_malformed(std::string_view("\x01\x8A\x00", 3));       // A head that is longer than needed.
  expect_malformed("\x01" + varint((kLengthMax << 2U) | 2U));  // Too long a delete.
  expect_malformed("\x01" +
                   varint((std::uint64_t{1} << 63U) | 1U));  // A text longer than all memory.
  expect_malformed(varint(~std::uint64_t{0}) + "\x0A");      // More components than bytes.
}

TEST(Encoding, ChangedBytesAreRefusedOrDecodeToWhatEncodesTheSame) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::string bytes = encoded(random.operation(20));
    for (std::uint64_t change = 0; change <= random.below(3); ++change) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    std::string_view rest = bytes;
    if (const Result<Operation> operation = decode(rest)) {
      ASSERT_EQ(encoded(*operation) + std::string(rest), bytes);
    } else {
      ASSERT_EQ(rest, bytes);
    }
  }
}

}  // namespace
}  // namespace cowrite::ot
