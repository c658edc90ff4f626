// The verification over histories made by hand, each with one thing wrong.

#include "tools/load/verification/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cowrite::load {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

auto breach(std::string_view code, const std::string& words) {
  return AllOf(Field(&Error::code, code), Field(&Error::message, HasSubstr(words)));
}

// A document of "ab" in which "ann" has typed x, y and z at its beginning, one after the other.
class LoadVerification : public ::testing::Test {
 protected:
  LoadVerification() {
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t sequence = ledger_.submissions().size() + 1;
      ledger_.type(Clock::now());
      ledger_.submit(sequence, hash_of_inserts(key(i)));
      ledger_.acknowledge(sequence, sequence, hash_of(key(i)));
      told_.add(hash_of(key(i)));
    }
    add(R"("src":"maker","seq":1,"create":{"type":"text","data":"ab"})");
  }

  static constexpr std::string_view kKeys = "xyz";
  static ot::Operation key(int i) {
    ot::OperationBuilder builder;
    builder.insert(kKeys.substr(static_cast<std::size_t>(i), 1));
    return std::move(builder).build();
  }

  // The next record.
  void add(const std::string& fields) {
    const std::string text =
        R"({"a":"op","v":)" + std::to_string(history_.version()) + "," + fields + "}";
    ASSERT_TRUE(history_.add(ServerMessage(text)));
  }
  void add(const std::string& source, int sequence, char letter) {
    add(R"("src":")" + source + R"(","seq":)" + std::to_string(sequence) + R"(,"op":[")" + letter +
        R"("])");
  }

  // What is found if the client has followed to the end and has what the server gives.
  std::vector<Error> found() {
    const std::string text = history_.replayed().to_string();
    EXPECT_TRUE(history_.finish({history_.version(), true, text}));
    return found_with(text);
  }
  std::vector<Error> found_with(const std::string& text) {
    const ClientState ann{"ann", "ann", &ledger_, &told_, history_.first_text(), text};
    Breaches breaches;
    verify("load/x", history_, {ann}, breaches);
    return breaches.first();
  }

  Ledger ledger_;
  OperationDigest told_{1};
  History history_;
};

TEST_F(LoadVerification, FindsNothingWhereNothingIsWrong) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  add("ann", 3, 'z');
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LoadVerification, FindsAnOperationThatIsNotThere) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  EXPECT_THAT(found_with("yxab"),
              ::testing::Contains(breach(kErrLost,
                                         "operation 3 of ann in load/x was acknowledged "
                                         "as record 3 and is not in the history")));
}

TEST_F(LoadVerification, FindsAnOperationThatIsThereTwice) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  add("ann", 3, 'z');
  add("ann", 3, 'z');
  told_.add(hash_of(key(2)));
  EXPECT_THAT(found(), ElementsAre(breach(kErrDoubled, "as records 3 and 4")));
}

TEST_F(LoadVerification, FindsAnOperationOfNobody) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  add("ann", 3, 'z');
  add("bob", 1, 'z');
  told_.add(hash_of(key(2)));
  EXPECT_THAT(found(), ElementsAre(breach(kErrDoubled,
                                          "record 4 of load/x is an operation that nobody "
                                          "submitted, number 1 of \"bob\"; it writes what "
                                          "record 3 has written")));
}

TEST_F(LoadVerification, FindsOperationsInAnotherOrder) {
  add("ann", 2, 'y');
  add("ann", 1, 'x');
  add("ann", 3, 'z');
  const std::vector<Error> breaches = found();
  EXPECT_THAT(breaches,
              ::testing::Contains(breach(kErrReordered,
                                         "operation 1 of ann in load/x is record 2, after its "
                                         "operation 2")));
  EXPECT_THAT(breaches, ::testing::Contains(breach(
                            kErrReordered,
                            "operation 2 of ann in load/x was acknowledged as record 2 and is "
                            "record 1")));
}

TEST_F(LoadVerification, FindsOperationsUnderEachOthersNames) {
  add("ann", 1, 'y');
  add("ann", 2, 'x');
  add("ann", 3, 'z');
  EXPECT_THAT(found(), ::testing::Contains(breach(kErrReordered,
                                                  "record 1, operation 1 of ann in load/x, is what "
                                                  "it submitted as operation 2")));
}

TEST_F(LoadVerification, FindsAnotherText) {
  add("ann", 1, 'x');
  add("ann", 2, '!');
  add("ann", 3, 'z');
  EXPECT_THAT(found(), ::testing::Contains(
                           breach(kErrChanged, "operation 2 of ann in load/x, is not what")));
}

TEST_F(LoadVerification, FindsThatAClientWasToldSomethingElse) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  add("ann", 3, 'z');
  told_ = OperationDigest(1);
  for (const int i : {0, 0, 2}) told_.add(hash_of(key(i)));
  EXPECT_THAT(found(), ElementsAre(breach(kErrDeliveryChanged, "one of the records 1 to 3")));
}

TEST_F(LoadVerification, FindsThatAClientHasAnotherText) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  add("ann", 3, 'z');
  ASSERT_TRUE(history_.finish({4, true, "zyxab"}));
  EXPECT_THAT(found_with("zy!ab"),
              ElementsAre(breach(kErrTextsDiffer, "ann in load/x has another text, from byte 2")));
}

TEST_F(LoadVerification, FindsThatTheServersTextIsNotTheHistorys) {
  add("ann", 1, 'x');
  add("ann", 2, 'y');
  add("ann", 3, 'z');
  ASSERT_TRUE(history_.finish({4, true, "zyxa"}));
  EXPECT_THAT(found_with("zyxa"),
              ElementsAre(breach(kErrTextsDiffer, "is not the one that a replay")));
}

TEST(LoadDigest, NamesTheRecordsAmongWhichTwoDiffer) {
  OperationDigest one(1);
  OperationDigest other(1);
  for (std::uint64_t i = 1; i < 100; ++i) {
    one.add(i);
    other.add(i == 40 ? 0 : i);
  }
  EXPECT_EQ(one.difference(one), std::nullopt);
  EXPECT_EQ(one.difference(other), std::pair(std::uint64_t{33}, std::uint64_t{48}));
}

TEST(LoadHistory, RefusesARecordThatIsMissing) {
  History history;
  ASSERT_TRUE(history.add(
      ServerMessage(R"({"a":"op","v":0,"src":"m","seq":1,"create":{"type":"text","data":"ab"}})")));
  const auto added = history.add(ServerMessage(R"({"a":"op","v":2,"src":"m","seq":2,"op":["x"]})"));
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("record 1 is missing"));
}

}  // namespace
}  // namespace cowrite::load
