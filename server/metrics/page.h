// Page: the metrics as they are collected, family by family.
#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/metrics/families.h"
#include "storage/counting/counter.h"
#include "storage/counting/histogram.h"

namespace cowrite::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Page {
 public:
  // One metric of a family; they differ in their labels. REQUIRES: those of one family follow one
  // another.
  void add(const Family& family, double value, const Labels& labels = {});
  void add(const Family& family, std::uint64_t value, const Labels& labels = {}) {
    add(family, static_cast<double>(value), labels);
  }
  void add(const Family& family, bool value, const Labels& labels = {}) {
    add(family, value ? 1.0 : 0.0, labels);
  }
  // REQUIRES: the family is one of histograms.
  void add(const Family& family, const counting::HistogramCounts& histogram,
           const Labels& labels = {});

  [[nodiscard]] std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

 private:
  prometheus::ClientMetric& add(const Family& family, const Labels& labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace cowrite::metrics
