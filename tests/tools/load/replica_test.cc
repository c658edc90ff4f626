// Replicas against the smallest server that there can be: a list of operations, each rebased over
// those that its author had not seen.

#include "tools/load/client/replica.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "ot/apply.h"
#include "ot/transform.h"
#include "tools/load/client/hand.h"
#include "tools/load/verification/operation_digest.h"

namespace cowrite::load {
namespace {

constexpr std::string_view kText = "The quick brown fox";

class SmallServer {
 public:
  // Commits what the author made at that version.
  void commit(std::size_t author, std::uint64_t version, ot::Operation operation) {
    for (std::size_t v = version; v < records_.size(); ++v) {
      operation = ot::transform(operation, records_[v].operation, ot::Side::kLeft);
    }
    records_.push_back({author, std::move(operation)});
  }
  struct Record {
    std::size_t author;
    ot::Operation operation;
  };
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }

 private:
  std::vector<Record> records_;
};

class LoadReplicas : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  struct Writer {
    Writer(std::uint64_t seed) : random(seed), hand(kText.size(), random) {
      replica.restore(0, kText);
    }
    std::mt19937_64 random;
    Hand hand;
    Replica replica;
  };

  // The next record reaches the writer, if there is one.
  void deliver(std::size_t number) {
    Writer& writer = *writers_[number];
    if (writer.replica.version() == server_.records().size()) return;
    const auto& [author, operation] = server_.records()[writer.replica.version()];
    if (author == number) {
      EXPECT_EQ(hash_of(*writer.replica.in_flight()), hash_of(operation));
      return writer.replica.acknowledge();
    }
    const auto applied = writer.replica.receive(operation);
    ASSERT_TRUE(applied);
    writer.hand.move_over(*applied);
  }

  void submit(std::size_t number) {
    Replica& replica = writers_[number]->replica;
    if (replica.in_flight() || !replica.has_pending()) return;
    server_.commit(number, replica.version(), replica.put_in_flight());
  }

  SmallServer server_;
  std::vector<std::unique_ptr<Writer>> writers_;
};

TEST_P(LoadReplicas, HaveOneTextInTheEnd) {
  std::mt19937_64 random(GetParam());
  for (std::uint64_t i = 0; i < 3; ++i) writers_.push_back(std::make_unique<Writer>(i));
  for (int step = 0; step < 400; ++step) {
    const std::size_t number = random() % writers_.size();
    Writer& writer = *writers_[number];
    switch (random() % 3) {
      case 0:
        writer.replica.edit(writer.hand.press(writer.replica.text()));
        break;
      case 1:
        submit(number);
        break;
      default:
        deliver(number);
    }
  }
  for (int round = 0; round < 1'000; ++round) {
    for (std::size_t i = 0; i < writers_.size(); ++i) {
      submit(i);
      deliver(i);
    }
  }
  ot::Rope text(kText);
  for (const auto& record : server_.records()) ASSERT_TRUE(ot::apply(text, record.operation));
  for (const auto& writer : writers_) {
    EXPECT_TRUE(writer->replica.quiet());
    EXPECT_EQ(writer->replica.text().to_string(), text.to_string());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LoadReplicas, ::testing::Range<std::uint64_t>(1, 31));

TEST(LoadReplica, RefusesWhatReachesPastItsText) {
  Replica replica;
  replica.restore(3, "ab");
  ot::OperationBuilder far;
  far.retain(3).insert("x");
  EXPECT_FALSE(replica.receive(std::move(far).build()));
  EXPECT_EQ(replica.version(), 3U);
}

TEST(LoadHand, KeepsTheTextAtAboutItsLength) {
  std::mt19937_64 random(1);
  Hand hand(200, random);
  ot::Rope text;
  for (int key = 0; key < 20'000; ++key) {
    ASSERT_TRUE(ot::apply(text, hand.press(text)));
    ASSERT_LT(text.code_points(), 400U);
  }
  EXPECT_GT(text.code_points(), 150U);
}

}  // namespace
}  // namespace cowrite::load
