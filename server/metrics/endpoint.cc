#include "server/metrics/endpoint.h"

#include <prometheus/text_serializer.h>

#include "server/metrics/collector.h"

namespace cowrite::metrics {

http::Response respond_metrics(const Sources& sources) {
  return {200,
          prometheus::TextSerializer().Serialize(Collector(sources).Collect()),
          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"}}};
}

}  // namespace cowrite::metrics
