#include "server/transport/frame_meter.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "server/transport/limits.h"
#include "tests/server/transport/test_client.h"

namespace cowrite::transport {
namespace {

std::string text(std::size_t bytes) {
  return to_bytes({true, Opcode::kText, std::string(bytes, 'x')});
}

std::string fragment(std::size_t bytes, Opcode opcode = Opcode::kText) {
  return to_bytes({false, opcode, std::string(bytes, 'x')});
}

// Takes all of it in pieces of this size, and returns where it stopped inside one.
std::vector<std::size_t> take_all(FrameMeter& meter, std::string_view bytes, std::uint64_t room,
                                  std::size_t piece) {
  std::vector<std::size_t> stops;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view next = bytes.substr(at, piece);
    const std::size_t taken = meter.take(next, room);
    EXPECT_GT(taken, 0U);
    at += taken;
    if (taken < next.size()) stops.push_back(at);
  }
  return stops;
}

TEST(FrameMeter, StopsNowhereInMessagesThatNeedNoRoom) {
  const std::string bytes = text(0) + text(125) + text(126) + text(kMessageBytesFree);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    FrameMeter meter;
    EXPECT_TRUE(take_all(meter, bytes, kMessageBytesFree, piece).empty());
    EXPECT_EQ(meter.completed(), 4U);
    EXPECT_FALSE(meter.in_progress());
    EXPECT_EQ(meter.announced(), 0U);
  }
}

TEST(FrameMeter, StopsAfterALengthThatExceedsTheRoomBeforeTheMask) {
  FrameMeter meter;
  const std::string bytes = text(10) + text(100'000);
  EXPECT_EQ(meter.take(bytes, kMessageBytesFree), text(10).size() + 10);
  EXPECT_EQ(meter.announced(), 100'000U);
  EXPECT_EQ(meter.received(), 0U);
  EXPECT_TRUE(meter.in_progress());
}

TEST(FrameMeter, StopsAtTheEndOfALargeMessageSoThatItsRoomIsNotTheNextOnes) {
  FrameMeter meter;
  const std::string bytes = text(100'000) + text(10);
  EXPECT_EQ(meter.take(bytes, 100'000), text(100'000).size());
  EXPECT_EQ(meter.completed(), 1U);
}

TEST(FrameMeter, CountsWhatOfAMessageHasCome) {
  FrameMeter meter;
  const std::string bytes = text(1'000);
  meter.take(std::string_view(bytes).substr(0, 508), kMessageBytesFree);
  EXPECT_EQ(meter.received(), 500U);
  EXPECT_EQ(meter.announced(), 1'000U);
}

TEST(FrameMeter, AddsTheFragmentsOfAMessageWithControlFramesBetween) {
  FrameMeter meter;
  const std::string ping = to_bytes({true, Opcode::kPing, "are you there"});
  const std::string bytes = fragment(1'000) + ping + fragment(2'000, Opcode::kContinuation) + ping;
  EXPECT_TRUE(take_all(meter, bytes, kMessageBytesFree, 3).empty());
  EXPECT_EQ(meter.received(), 3'000U);
  EXPECT_EQ(meter.announced(), 3'000U);
  EXPECT_TRUE(meter.in_progress());
  EXPECT_EQ(meter.completed(), 0U) << "a ping inside a message is no progress of it";
  const std::string more = fragment(2'000, Opcode::kContinuation);
  EXPECT_EQ(meter.take(more, kMessageBytesFree), 4U);
  EXPECT_EQ(meter.announced(), 5'000U);
}

TEST(FrameMeter, EachControlFrameOutsideAMessageIsCompleteForItself) {
  FrameMeter meter;
  const std::string ping = to_bytes({true, Opcode::kPing, "x"});
  for (int i = 0; i < 3; ++i) {
    meter.take(ping.substr(0, 3), 0);
    EXPECT_TRUE(meter.in_progress());
    meter.take(ping.substr(3), 0);
    EXPECT_FALSE(meter.in_progress());
  }
  EXPECT_EQ(meter.completed(), 3U);
}

TEST(FrameMeter, LengthsWhoseSumNoNumberHoldsAreTheLargest) {
  FrameMeter meter;
  take_all(meter, fragment(10), kMessageBytesFree, 100);
  const std::string rest =
      "\x80"
      "\xFF" +
      std::string(8, '\xFF') + "mask";
  EXPECT_EQ(meter.take(rest, kMessageBytesMax), 10U);
  EXPECT_EQ(meter.announced(), std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace cowrite::transport
