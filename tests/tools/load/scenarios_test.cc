// Each scenario of cowrite-load, small, on a real server; and its command line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/load/server_fixture.h"

namespace cowrite::load {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json run_json(const std::string& words) {
  const cli::Ran ran = run_load(words + " --json", running_server().url());
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  const Json report = Json::parse(ran.out);
  EXPECT_TRUE(report["verified"]);
  EXPECT_EQ(report["scenario"], words.substr(0, words.find(' ')));
  return report;
}

TEST(LoadScenarios, AcksCountsEveryOperation) {
  const Json report = run_json("acks --documents 3 --operations 50");
  EXPECT_EQ(report["figures"]["acknowledged"]["count"], 150);
  EXPECT_EQ(report["figures"]["acknowledged"]["latencies"], 150);
  EXPECT_EQ(report["settings"]["documents"], 3);
}

TEST(LoadScenarios, FanoutCountsEveryDelivery) {
  const Json report = run_json("fanout --subscribers 5 --operations 50");
  EXPECT_EQ(report["figures"]["delivered"]["count"], 250);
  EXPECT_EQ(report["figures"]["delivered"]["latencies"], 250);
}

TEST(LoadScenarios, HotAndMixedDeliverToEveryOtherWriter) {
  EXPECT_EQ(run_json("hot --writers 5 --operations 50")["figures"]["delivered"]["count"], 1'000);
  EXPECT_EQ(
      run_json("mixed --documents 3 --writers 4 --operations 20")["figures"]["delivered"]["count"],
      720);
}

TEST(LoadScenarios, SpreadOverThreadsGiveTheSame) {
  const Json report = run_json("hot --writers 6 --operations 50 --threads 3");
  EXPECT_EQ(report["figures"]["delivered"]["count"], 1'500);
}

TEST(LoadScenarios, ATimeIsMeasuredAfterTheWarmUp) {
  const Json report = run_json("acks --documents 2 --seconds 0.3 --warmup 0.1");
  EXPECT_GT(report["figures"]["acknowledged"]["count"], 0);
  EXPECT_GE(report["settings"]["seconds"], 0.3);
}

// Keys that were due while one was in flight are composed, and each is measured.
TEST(LoadScenarios, AtARateEveryKeyIsMeasured) {
  const Json report = run_json("acks --documents 2 --operations 500 --rate 2000");
  EXPECT_EQ(report["figures"]["acknowledged"]["latencies"], 1'000);
  EXPECT_LE(report["figures"]["acknowledged"]["count"], 1'000);
}

TEST(LoadScenarios, TypistsShowTheirCursors) {
  const Json report = run_json("typists --people 6 --documents 2 --seconds 2 --warmup 0.1");
  EXPECT_GT(report["figures"]["presences_sent"]["count"], 0);
  EXPECT_GT(report["figures"]["presences_delivered"]["count"], 0);
  EXPECT_FALSE(report["figures"].contains("presences_refused"));
}

TEST(LoadScenarios, WhoeverIsCutSubmitsAgain) {
  const Json report =
      run_json("hot --writers 8 --seconds 1.5 --warmup 0.1 --reconnect 0.3 --size 100");
  EXPECT_GT(report["figures"]["cut"], 0);
  EXPECT_GT(report["figures"]["submitted_again"], 0);
}

TEST(LoadScenarios, AllCanBeCutAtOnce) {
  const Json report =
      run_json("acks --documents 10 --seconds 1 --warmup 0.1 --reconnect 0.6 --reconnect-together");
  EXPECT_GE(report["figures"]["cut"], 10);
}

TEST(LoadScenarios, IdleConnectionsStay) {
  EXPECT_EQ(run_json("idle --connections 20 --seconds 0.1")["figures"]["stayed"], 20);
}

TEST(LoadScenarios, ColdOpensEachDocumentOnce) {
  EXPECT_EQ(run_json("cold --documents 30 --readers 4")["figures"]["opened"]["count"], 30);
}

TEST(LoadScenarios, ColdFindsDocumentsThatWerePreparedBefore) {
  run_json("cold --documents 10 --size 500 --prepare-only --collection prepared");
  const Json report =
      run_json("cold --documents 10 --size 500 --prepared --collection prepared --readers 3");
  EXPECT_EQ(report["figures"]["opened"]["count"], 10);
  const cli::Ran other = run_load("cold --documents 10 --size 501 --prepared --collection prepared",
                                  running_server().url());
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.err, HasSubstr("ERR_LOAD_TEXTS_DIFFER"));
}

TEST(LoadCommandLine, PrintsATableForAPerson) {
  const cli::Ran ran = run_load("acks --documents 2 --operations 5", running_server().url());
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.out, HasSubstr("acks: 2 documents of 1,000 characters"));
  EXPECT_THAT(ran.out, HasSubstr("\nacknowledged     10 "));
  EXPECT_THAT(ran.out, HasSubstr("\nverified: 10 operations in 2 documents"));
}

TEST(LoadCommandLine, ExplainsMistakes) {
  const std::string url = running_server().url();
  for (const char* words : {"", "storm", "acks --documents 0", "acks --documents x",
                            "acks --pace 1", "acks --seconds -1"}) {
    const cli::Ran ran = run_load(words, url);
    EXPECT_EQ(ran.status, 2) << words;
    EXPECT_THAT(ran.err, HasSubstr("cowrite-load: ")) << words;
    EXPECT_THAT(ran.err, HasSubstr("--help")) << words;
  }
}

TEST(LoadCommandLine, SaysWhenThereIsNoServer) {
  const cli::Ran ran = run_load("acks --documents 1 --operations 1", cli::kNoServer);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("http://127.0.0.1:1 failed: Connection refused"));
  EXPECT_EQ(run_load("acks", "https://127.0.0.1:1").status, 1);
}

TEST(LoadCommandLine, SaysWhenDescriptorsDoNotSuffice) {
  const cli::Ran ran = run_load("idle --connections 100000000", running_server().url());
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("100,000,000 connections need"));
  EXPECT_THAT(ran.err, HasSubstr("ERR_LOAD_DESCRIPTORS"));
}

}  // namespace
}  // namespace cowrite::load
