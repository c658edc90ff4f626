#include "storage/record.h"

#include <gtest/gtest.h>

#include <string_view>

namespace cowrite::storage {
namespace {

Record record_at(std::uint64_t version, Change change) {
  return {version,          "source", version, "", static_cast<std::int64_t>(100 + version),
          std::move(change)};
}

Change insert(std::uint64_t position, std::string_view text) {
  ot::OperationBuilder operation;
  operation.retain(position).insert(text);
  return Edit{std::move(operation).build()};
}

TEST(Record, ADocumentIsTheFoldOfItsRecords) {
  Snapshot snapshot;
  ASSERT_TRUE(apply(snapshot, record_at(0, Create{"hello"})));
  EXPECT_TRUE(snapshot.exists);
  ASSERT_TRUE(apply(snapshot, record_at(1, insert(5, " wörld"))));
  EXPECT_EQ(snapshot.text.to_string(), "hello wörld");
  EXPECT_EQ(snapshot.version, 2U);
  EXPECT_EQ(snapshot.time_ms, 101);
  ASSERT_TRUE(apply(snapshot, record_at(2, Delete{})));
  EXPECT_FALSE(snapshot.exists);
  EXPECT_TRUE(snapshot.text.empty());
  ASSERT_TRUE(apply(snapshot, record_at(3, Delete{})));  // Again: it counts, and changes nothing.
  ASSERT_TRUE(apply(snapshot, record_at(4, Create{"new"})));
  EXPECT_EQ(snapshot.text.to_string(), "new");
  EXPECT_EQ(snapshot.version, 5U);
}

TEST(Record, AChangeThatDoesNotFitLeavesTheDocumentAsItWas) {
  Snapshot none;
  EXPECT_EQ(apply(none, record_at(0, insert(0, "x"))).error().code, ot::kErrOperationNotApplied);
  EXPECT_EQ(none.version, 0U);

  Snapshot snapshot;
  ASSERT_TRUE(apply(snapshot, record_at(0, Create{"abc"})));
  EXPECT_EQ(apply(snapshot, record_at(1, Create{"x"})).error().code, ot::kErrOperationNotApplied);
  EXPECT_EQ(apply(snapshot, record_at(1, insert(4, "x"))).error().code,
            ot::kErrOperationNotApplied);
  EXPECT_EQ(snapshot.version, 1U);
  EXPECT_EQ(snapshot.text.to_string(), "abc");
}

}  // namespace
}  // namespace cowrite::storage
