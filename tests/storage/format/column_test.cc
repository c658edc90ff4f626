// Columns: they come back, the shorter the better, and what is no frame, or one that holds too
// much, is refused before there is room for it.
#include "storage/format/column.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <random>
#include <string>
#include <vector>

#include "ot/base/varint.h"

namespace cowrite::storage {
namespace {

const std::vector<Effort> kEfforts = {Effort::kNone, Effort::kQuick, Effort::kThorough};

std::string stored(std::string_view bytes, Effort effort) {
  std::string out;
  put_column(bytes, effort, out);
  return out;
}

// A column that says that this is a frame.
std::string with_frame(std::string_view frame) {
  std::string out;
  ot::put_varint(2 * frame.size() + 1, out);
  out += frame;
  return out;
}

std::string frame_of(std::string_view bytes, bool with_size = true) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, with_size ? 1 : 0);
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), bytes.data(), bytes.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

bool is_refused(std::string_view column) {
  ValueReader in(column);
  std::string unpacked;
  const std::string_view taken = take_column(in, unpacked);
  return in.failed() && taken.empty();
}

TEST(Column, WhateverItsBytesAreTheyComeBackAndTheNextOneFollows) {
  std::mt19937_64 random(1);
  for (std::size_t round = 0; round < 300; ++round) {
    std::string bytes(random() % (round < 200 ? 200 : 20'000), 'a');
    const std::uint64_t letters = 1 + random() % 256;
    for (char& byte : bytes) byte = static_cast<char>(random() % letters);
    for (const Effort effort : kEfforts) {
      const std::string two = stored(bytes, effort) + stored("next", effort);
      ValueReader in(two);
      std::string unpacked;
      ASSERT_EQ(take_column(in, unpacked), bytes);
      ASSERT_EQ(take_column(in, unpacked), "next");
      ASSERT_TRUE(in.whole());
    }
  }
}

TEST(Column, IsPackedOnlyIfThatMakesItShorter) {
  const std::string same(1'000, 'a');
  EXPECT_LT(stored(same, Effort::kQuick).size(), 30U);
  EXPECT_EQ(stored(same, Effort::kNone).size(), 1'002U);
  std::mt19937_64 random(1);
  std::string noise(1'000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  for (const Effort effort : kEfforts) EXPECT_EQ(stored(noise, effort).size(), 1'002U);
}

TEST(Column, ThatIsLongerThanAReaderHasRoomForIsStoredAsItIs) {
  const std::string most(kPackedColumnBytesMax, 'a');
  EXPECT_LT(stored(most, Effort::kQuick).size(), 1'000U);
  const std::string more = most + 'a';
  const std::string column = stored(more, Effort::kQuick);
  EXPECT_GT(column.size(), more.size());
  ValueReader in(column);
  std::string unpacked;
  EXPECT_EQ(take_column(in, unpacked), more);
  EXPECT_TRUE(unpacked.empty());
}

TEST(Column, AFrameThatHoldsTooMuchIsRefusedBeforeThereIsRoomForIt) {
  const std::string frame = frame_of(std::string(64 * kPackedColumnBytesMax, 'a'));
  EXPECT_LT(frame.size(), 10'000U);
  ValueReader in(with_frame(frame));
  std::string unpacked;
  const std::string column = with_frame(frame);
  in = ValueReader(column);
  EXPECT_EQ(take_column(in, unpacked), "");
  EXPECT_TRUE(in.failed());
  EXPECT_LT(unpacked.capacity(), 100U);
}

TEST(Column, WhatIsNoFrameOrSaysSomethingElseOfItselfIsRefused) {
  const std::string bytes(1'000, 'a');
  const std::string frame = frame_of(bytes);
  EXPECT_FALSE(is_refused(with_frame(frame)));
  EXPECT_TRUE(is_refused(with_frame("")));
  EXPECT_TRUE(is_refused(with_frame(bytes))) << "no frame";
  EXPECT_TRUE(is_refused(with_frame(frame_of(bytes, false)))) << "its size is not known";
  EXPECT_TRUE(is_refused(with_frame(frame_of("a")))) << "longer than what it holds";
  EXPECT_TRUE(is_refused(with_frame(frame + frame))) << "two of them";
  EXPECT_TRUE(is_refused(with_frame(frame + "x"))) << "something after it";
  EXPECT_TRUE(is_refused(with_frame(frame).substr(0, frame.size()))) << "cut off";
  for (std::size_t i = 0; i < frame.size(); ++i) {
    EXPECT_TRUE(is_refused(with_frame(frame.substr(0, i))));
    for (int change = 1; change < 256; ++change) {
      std::string changed = frame;
      changed[i] = static_cast<char>(changed[i] ^ change);
      const std::string column = with_frame(changed);
      ValueReader in(column);
      std::string unpacked;
      const std::string_view taken = take_column(in, unpacked);
      ASSERT_LE(unpacked.size(), kPackedColumnBytesMax);
      ASSERT_EQ(in.failed(), taken.empty());  // It may hold other bytes; sums are for values.
    }
  }
}

}  // namespace
}  // namespace cowrite::storage
