// Collector: gathers what the server has counted, as Prometheus' families, when it is asked to.
//
// Collecting may take milliseconds and wait for the disk, so it is not for a loop that serves
// clients.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <utility>
#include <vector>

#include "server/metrics/sources.h"

namespace cowrite::metrics {

class Collector final : public prometheus::Collectable {
 public:
  // REQUIRES: what the sources name outlives this.
  explicit Collector(Sources sources) : sources_(std::move(sources)) {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Sources sources_;
};

}  // namespace cowrite::metrics
