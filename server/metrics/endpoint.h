// What /metrics answers: everything that the server counts, in Prometheus' text format.
//
// Answering is not for a loop that serves clients, as collecting is not (collector.h).
#pragma once

#include <string_view>

#include "server/http/message.h"
#include "server/metrics/sources.h"

namespace cowrite::metrics {

inline constexpr std::string_view kMetricsPath = "/metrics";

// REQUIRES: the request only reads.
[[nodiscard]] http::Response respond_metrics(const Sources& sources);

}  // namespace cowrite::metrics
