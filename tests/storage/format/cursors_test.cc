// Cursors: an edit is found near where the writer was, though others edit before that.
#include "storage/format/cursors.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace cowrite::storage {
namespace {

TextEdit insert(std::uint64_t place, std::uint64_t inserted) {
  return {.place = place, .inserted = inserted};
}
TextEdit erase(std::uint64_t place, std::uint64_t erased) {
  return {.place = place, .erased = erased};
}

// Where the next insert of a writer is expected first, second and so on.
std::uint64_t place(const Cursors& cursors, std::size_t cursor, std::size_t writer) {
  return cursors.expected(cursor, writer, insert(0, 1));
}

void edit(Cursors& cursors, std::size_t writer, const TextEdit& edit) {
  cursors.move(cursors.nearest(writer, edit), writer, edit);
}

TEST(Cursors, ACursorGoesWithItsWriterAndOneIsLeftBehindWhereTheWriterLeapsFrom) {
  Cursors cursors;
  EXPECT_EQ(cursors.size(), 1U);
  EXPECT_EQ(place(cursors, 0, 0), 0U);
  edit(cursors, 0, insert(0, 3));
  EXPECT_EQ(cursors.size(), 1U);
  EXPECT_EQ(place(cursors, 0, 0), 3U);
  edit(cursors, 0, insert(100, 1));
  EXPECT_EQ(cursors.size(), 2U);
  EXPECT_EQ(place(cursors, 0, 0), 101U);
  EXPECT_EQ(place(cursors, 1, 0), 3U);
  edit(cursors, 0, insert(4, 1));
  EXPECT_EQ(cursors.size(), 2U) << "the one at 3 was near";
  EXPECT_EQ(place(cursors, 0, 0), 5U);
  EXPECT_EQ(place(cursors, 1, 0), 102U) << "moved by what was inserted before it";
}

TEST(Cursors, WhatIsErasedIsExpectedBeforeTheCursor) {
  Cursors cursors;
  edit(cursors, 0, insert(0, 10));
  EXPECT_EQ(cursors.expected(0, 0, erase(9, 1)), 9U);
  EXPECT_EQ(cursors.expected(0, 0, erase(7, 3)), 7U);
}

TEST(Cursors, AWritersOwnCursorComesFirst) {
  Cursors cursors;
  edit(cursors, 0, insert(1'000, 1));
  edit(cursors, 1, insert(2'000, 1));
  edit(cursors, 2, insert(3'000, 1));
  EXPECT_EQ(place(cursors, 0, 2), 3'001U);
  EXPECT_EQ(place(cursors, 0, 0), 1'001U);
  EXPECT_EQ(place(cursors, 1, 0), 3'001U);
  EXPECT_EQ(place(cursors, 2, 0), 2'001U);
  EXPECT_EQ(place(cursors, 0, 7), 3'001U) << "who has none begins with the newest";
}

TEST(Cursors, AnErasedCursorGoesToWhereTheTextWas) {
  Cursors cursors;
  edit(cursors, 0, insert(50, 1));
  edit(cursors, 1, insert(100, 1));
  edit(cursors, 2, erase(20, 60));
  EXPECT_EQ(place(cursors, 0, 0), 20U);
  EXPECT_EQ(place(cursors, 0, 1), 41U);
  edit(cursors, 2, {.place = 10, .inserted = 5, .erased = 2});
  EXPECT_EQ(place(cursors, 0, 0), 23U);
}

TEST(Cursors, TheOldestGivesWay) {
  Cursors cursors;
  for (std::uint64_t i = 1; i <= 2 * Cursors::kCount; ++i) edit(cursors, 0, insert(i * 1'000, 1));
  EXPECT_EQ(cursors.size(), Cursors::kCount);
  EXPECT_EQ(place(cursors, Cursors::kCount - 1, 0), (Cursors::kCount + 1) * 1'000 + 1);
}

}  // namespace
}  // namespace cowrite::storage
