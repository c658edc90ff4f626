// cowrite-load before a server that does one thing wrong: it says what, and fails. Before the same
// proxy without a fault it passes.

#include "tests/tools/load/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/source.h"
#include "tests/tools/load/server_fixture.h"

namespace cowrite::load {
namespace {

using ::testing::HasSubstr;

// One writer in each of two documents; several in one.
constexpr const char* kAlone = "acks --documents 2 --operations 40 --size 100 --patience 10";
constexpr const char* kTogether =
    "fanout --subscribers 2 --writers 2 --operations 40 --size 100 --patience 10";

cli::Ran run_before(std::unique_ptr<Fault> fault, const std::string& words) {
  const FaultyProxy proxy(running_server().port(), std::move(fault));
  return run_load(words, proxy.url());
}

void expect_caught(std::unique_ptr<Fault> fault, const std::string& words, const char* code,
                   const std::string& sentence) {
  const cli::Ran ran = run_before(std::move(fault), words);
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr(code));
  EXPECT_THAT(ran.err, HasSubstr(sentence));
  EXPECT_THAT(ran.out, HasSubstr("NOT VERIFIED"));
}

TEST(LoadFaults, NoFaultPasses) {
  for (const char* words : {kAlone, kTogether}) {
    const cli::Ran ran = run_before(std::make_unique<Fault>(), words);
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    EXPECT_EQ(ran.err, "");
    EXPECT_THAT(ran.out, HasSubstr("\nverified: "));
  }
}

TEST(LoadFaults, ALostOperationIsCaught) {
  expect_caught(lose_submission(30), kAlone, "ERR_LOAD_OPERATION_LOST",
                "and is not in the history");
}

TEST(LoadFaults, ADoubledOperationIsCaught) {
  expect_caught(double_submission(30), kAlone, "ERR_LOAD_OPERATION_DOUBLED",
                "is an operation that nobody submitted, number 1 of \"" +
                    storage::source_of("", "somebody") + "\"; it writes what record ");
}

TEST(LoadFaults, AnOperationDoubledUnderItsAuthorsNextNameIsCaught) {
  expect_caught(double_submission_as_next(40),
                "acks --documents 1 --operations 40 --size 100 --patience 1",
                "ERR_LOAD_OPERATION_DOUBLED", "is an operation that nobody submitted, number 41");
}

TEST(LoadFaults, OperationsThatChangedPlacesAreCaught) {
  expect_caught(swap_submissions(30), kAlone, "ERR_LOAD_OPERATION_REORDERED",
                "is what it submitted as operation ");
}

TEST(LoadFaults, AChangedOperationIsCaught) {
  expect_caught(change_submission(30), kAlone, "ERR_LOAD_OPERATION_CHANGED",
                "is not what it submitted");
}

TEST(LoadFaults, ASecondAckIsCaught) {
  expect_caught(acknowledge_twice(30), kAlone, "ERR_LOAD_ACKNOWLEDGED_TWICE", "too many");
}

TEST(LoadFaults, ASecondAckOfTheLastOperationIsCaught) {
  expect_caught(acknowledge_twice(80), kAlone, "ERR_LOAD_ACKNOWLEDGED_TWICE",
                "an ack of its operation 40 too many");
}

TEST(LoadFaults, AMissingAckIsCaught) {
  expect_caught(never_acknowledge(80), "acks --documents 2 --operations 40 --size 100 --patience 1",
                "ERR_LOAD_NOT_ACKNOWLEDGED", "was never acknowledged");
}

TEST(LoadFaults, AChangedTextIsCaught) {
  expect_caught(change_snapshot(), kAlone, "ERR_LOAD_TEXTS_DIFFER", "was given another text");
}

TEST(LoadFaults, AChangedDeliveryIsCaught) {
  expect_caught(change_delivery(20), kTogether, "ERR_LOAD_DELIVERY_CHANGED",
                "was told something else than one of the records ");
}

TEST(LoadFaults, DeliveriesThatChangedPlacesAreCaught) {
  expect_caught(swap_deliveries(20), kTogether, "ERR_LOAD_OPERATION_REORDERED",
                "and has not been sent ");
}

TEST(LoadFaults, ALostDeliveryIsCaught) {
  expect_caught(lose_delivery(20), kTogether, "ERR_LOAD_OPERATION_REORDERED",
                "and has not been sent ");
}

TEST(LoadFaults, LostDeliveriesAtTheEndAreCaught) {
  expect_caught(lose_deliveries_from(75),
                "fanout --subscribers 2 --writers 2 --operations 40 --size 100 --patience 1",
                "ERR_LOAD_DELIVERY_LOST", "was never told of record ");
}

}  // namespace
}  // namespace cowrite::load
