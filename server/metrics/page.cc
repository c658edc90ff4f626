#include "server/metrics/page.h"

#include <limits>

#include "ot/base/check.h"

namespace cowrite::metrics {
namespace {

prometheus::MetricType type_of(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Kind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

}  // namespace

prometheus::ClientMetric& Page::add(const Family& family, const Labels& labels) {
  if (families_.empty() || families_.back().name != family.name) {
    families_.push_back({.name = std::string(family.name),
                         .help = std::string(family.help),
                         .type = type_of(family.kind),
                         .metric = {}});
  }
  prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

void Page::add(const Family& family, double value, const Labels& labels) {
  CHECK(family.kind != Kind::kHistogram);
  prometheus::ClientMetric& metric = add(family, labels);
  (family.kind == Kind::kCounter ? metric.counter.value : metric.gauge.value) = value;
}

void Page::add(const Family& family, const counting::HistogramCounts& histogram,
               const Labels& labels) {
  CHECK(family.kind == Kind::kHistogram);
  prometheus::ClientMetric::Histogram& shown = add(family, labels).histogram;
  shown.sample_sum = histogram.sum;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    shown.sample_count += histogram.counts[i];
    const double bound =
        i < histogram.bounds.size() ? histogram.bounds[i] : std::numeric_limits<double>::infinity();
    shown.bucket.push_back({.cumulative_count = shown.sample_count, .upper_bound = bound});
  }
}

}  // namespace cowrite::metrics
