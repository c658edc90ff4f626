// What documents may take, and that small ones find room beside large ones.
#include "server/document/document_memory.h"

#include <gtest/gtest.h>

#include "server/document/limits.h"

namespace cowrite::document {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kLarge = 2 * kSmallDocumentBytes;

class DocumentMemoryTest : public ::testing::Test {
 protected:
  int full_ = 0;
  std::shared_ptr<DocumentMemory> memory_ =
      std::make_shared<DocumentMemory>(8 * kMiB, [this] { ++full_; });
};

TEST_F(DocumentMemoryTest, LargeDocumentsLeaveRoomForSmallOnes) {
  std::vector<DocumentMemory::Charge> large;
  while (auto charge = memory_->try_charge(kLarge)) large.push_back(std::move(charge));
  EXPECT_EQ(memory_->bytes(), 4 * kMiB);
  EXPECT_GT(full_, 0);
  EXPECT_TRUE(memory_->try_charge(kSmallDocumentBytes));
}

TEST_F(DocumentMemoryTest, RoomComesBackWhenAChargeEnds) {
  auto first = memory_->try_charge(5 * kMiB);
  ASSERT_TRUE(first);
  EXPECT_FALSE(memory_->try_charge(5 * kMiB));
  EXPECT_TRUE(memory_->scarce()) << "somebody found no room";
  first = {};
  EXPECT_EQ(memory_->bytes(), 0U);
  EXPECT_TRUE(memory_->try_charge(5 * kMiB));
}

TEST_F(DocumentMemoryTest, TheLargestDocumentHasRoomWhereHalfIsFree) {
  const auto held = memory_->try_charge(2 * kMiB);
  ASSERT_TRUE(held);
  EXPECT_TRUE(memory_->try_charge(100 * kMiB));
}

TEST_F(DocumentMemoryTest, WhatIsThereMayGrowPastTheBound) {
  auto charge = memory_->try_charge(kSmallDocumentBytes);
  charge.resize(100 * kMiB);
  EXPECT_EQ(memory_->bytes(), 100 * kMiB);
  EXPECT_GT(full_, 0);
  charge.resize(1);
  EXPECT_EQ(memory_->bytes(), 1U);
  EXPECT_FALSE(memory_->scarce());
}

}  // namespace
}  // namespace cowrite::document
