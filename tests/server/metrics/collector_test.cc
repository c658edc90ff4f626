#include "server/metrics/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "server/loop/loop.h"
#include "storage/rocksdb_log.h"

namespace cowrite::metrics {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::Not;
using ::testing::StartsWith;

class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() {
    sources_.version = "1.2.3";
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      sources_.loops.push_back({&loops_[i].turns(), &switchboard_[i], &transport_[i]});
    }
    sources_.log = log_.get();
    sources_.refusals = &refusals_;
    sources_.quota = quota_.get();
    sources_.client_ahead_requests = [] { return 5; };
    sources_.document_bytes = [] { return 4'096; };
    sources_.followed_bytes = [] { return 2'048; };
  }

  std::vector<prometheus::MetricFamily> collect() { return Collector(sources_).Collect(); }

  // The one metric of a family that has this label; a null label is none.
  prometheus::ClientMetric find(std::string_view name, const char* label = nullptr) {
    std::vector<prometheus::ClientMetric> found;
    for (const prometheus::MetricFamily& family : collect()) {
      if (family.name != name) continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (!label || metric.label.at(0).value == label) found.push_back(metric);
      }
    }
    EXPECT_EQ(found.size(), 1U) << name;
    return found.at(0);
  }

  std::array<loop::Loop, 2> loops_;
  std::array<switchboard::Counts, 2> switchboard_;
  std::array<transport::Counts, 2> transport_;
  std::unique_ptr<storage::Log> log_ = *storage::RocksDbLog::open("", storage::OpenMode::kInMemory);
  Refusals refusals_;
  std::shared_ptr<transport::ConnectionQuota> quota_ =
      std::make_shared<transport::ConnectionQuota>();
  Sources sources_;
};

TEST_F(CollectorTest, WhatTheLoopsCountIsAdded) {
  transport_[0].web_sockets.add(3);
  transport_[1].web_sockets.add(4);
  switchboard_[0].committed.add(10);
  switchboard_[1].committed.add(1);
  switchboard_[1].refused.add(2);
  switchboard_[0].rebase_depth.record(0);
  switchboard_[1].rebase_depth.record(7);
  EXPECT_EQ(find("cowrite_connections").gauge.value, 7);
  EXPECT_EQ(find("cowrite_operations_total", "committed").counter.value, 11);
  EXPECT_EQ(find("cowrite_operations_total", "refused").counter.value, 2);
  const auto depth = find("cowrite_rebase_depth_records").histogram;
  EXPECT_EQ(depth.sample_count, 2U);
  EXPECT_EQ(depth.sample_sum, 7);
  EXPECT_EQ(find("cowrite_client_ahead_requests_total").counter.value, 5);
}

TEST_F(CollectorTest, LoopsAreShownOneByOne) {
  EXPECT_EQ(find("cowrite_loop_turn_longest_cpu_seconds", "0").gauge.value, 0);
  EXPECT_EQ(find("cowrite_loop_turn_longest_cpu_seconds", "1").gauge.value, 0);
}

TEST_F(CollectorTest, AFamilyStandsOnceAndIsNamedAsPrometheusWants) {
  refusals_.note("ERR_BUSY");
  refusals_.note("ERR_HOST_FOREIGN");
  std::set<std::string> names;
  for (const prometheus::MetricFamily& family : collect()) {
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
    EXPECT_THAT(family.help, EndsWith("."));
    EXPECT_FALSE(family.metric.empty()) << family.name;
    EXPECT_THAT(family.name, AnyOf(StartsWith("cowrite_"), StartsWith("process_")));
    if (family.type == prometheus::MetricType::Counter) {
      EXPECT_THAT(family.name, EndsWith("_total"));
    } else {
      EXPECT_THAT(family.name, Not(EndsWith("_total")));
    }
    std::set<std::vector<prometheus::ClientMetric::Label>> labels;
    for (const prometheus::ClientMetric& metric : family.metric) {
      EXPECT_TRUE(labels.insert(metric.label).second) << family.name;
    }
  }
}

TEST_F(CollectorTest, DocumentsInMemoryHaveNoFreeDisk) {
  for (const prometheus::MetricFamily& family : collect()) {
    EXPECT_NE(family.name, "cowrite_disk_free_bytes");
  }
}

}  // namespace
}  // namespace cowrite::metrics
