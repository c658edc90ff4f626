#include "server/metrics/page.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace cowrite::metrics {
namespace {

constexpr Family kEvents{"events_total", Kind::kCounter, "Events."};
constexpr Family kLevel{"level_bytes", Kind::kGauge, "A level."};
constexpr Family kTimes{"times_seconds", Kind::kHistogram, "Times."};

std::string text(Page page) { return prometheus::TextSerializer().Serialize(page.take()); }

TEST(Page, MetricsOfAFamilyStandTogether) {
  Page page;
  page.add(kEvents, std::uint64_t{3}, {{"outcome", "good"}});
  page.add(kEvents, std::uint64_t{9'007'199'254'740'991}, {{"outcome", "bad"}});
  page.add(kLevel, 0.5);
  EXPECT_EQ(text(std::move(page)),
            "# HELP events_total Events.\n"
            "# TYPE events_total counter\n"
            "events_total{outcome=\"good\"} 3\n"
            "events_total{outcome=\"bad\"} 9007199254740991\n"
            "# HELP level_bytes A level.\n"
            "# TYPE level_bytes gauge\n"
            "level_bytes 0.5\n");
}

TEST(Page, TheBucketsOfAHistogramCountAllThatIsBelow) {
  constexpr std::array kBounds = {0.000'47, 1.5};
  counting::Histogram histogram(kBounds);
  for (const double value : {0.0001, 0.0002, 1.0, 2.0}) histogram.record(value);
  Page page;
  page.add(kTimes, histogram.read(), {{"loop", "0"}});
  EXPECT_EQ(text(std::move(page)),
            "# HELP times_seconds Times.\n"
            "# TYPE times_seconds histogram\n"
            "times_seconds_count{loop=\"0\"} 4\n"
            "times_seconds_sum{loop=\"0\"} 3.0003\n"
            "times_seconds_bucket{loop=\"0\",le=\"0.00047\"} 2\n"
            "times_seconds_bucket{loop=\"0\",le=\"1.5\"} 3\n"
            "times_seconds_bucket{loop=\"0\",le=\"+Inf\"} 4\n");
}

}  // namespace
}  // namespace cowrite::metrics
