#include "tools/load/figures/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "ot/base/utf8.h"
#include "tools/load/numbers.h"

namespace cowrite::load {
namespace {

using protocol::JsonWriter;

struct Percentile {
  double percent;
  const char* title;
  const char* name;
};
constexpr std::array<Percentile, 4> kPercentiles{{{50, "p50", "p50_us"},
                                                  {90, "p90", "p90_us"},
                                                  {99, "p99", "p99_us"},
                                                  {99.9, "p99.9", "p999_us"}}};

double microseconds(nanoseconds duration) { return static_cast<double>(duration.count()) / 1'000; }

double per_second(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string words_of(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

// The first column to the left, the others to the right.
std::string align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], ot::utf8::count_code_points(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - ot::utf8::count_code_points(row[i]), ' ');
      if (i > 0) text += "  " + padding + row[i];
      if (i == 0) text += row.size() == 1 ? row[i] : row[i] + padding;
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Report::Report(std::string scenario, std::string title)
    : scenario_(std::move(scenario)), title_(std::move(title)) {}

void Report::setting(const char* name, std::uint64_t value) { settings_.integer(name, value); }
void Report::setting(const char* name, double value) { settings_.name(name).fraction(value); }
void Report::setting(const char* name, const std::string& value) { settings_.text(name, value); }

void Report::count(const char* name, std::uint64_t count) {
  rows_.push_back({words_of(name), thousands(count)});
  figures_.integer(name, count);
}

void Report::rate(const char* name, std::uint64_t count, double seconds) {
  const double speed = per_second(count, seconds);
  rows_.push_back({words_of(name), thousands(count),
                   thousands(static_cast<std::uint64_t>(std::llround(speed)))});
  figures_.begin_object(name).integer("count", count);
  figures_.name("per_second").fraction(speed).end_object();
}

void Report::latency(const char* name, std::uint64_t count, double seconds,
                     const Histogram& latencies) {
  const double speed = per_second(count, seconds);
  Row row{words_of(name), thousands(count),
          thousands(static_cast<std::uint64_t>(std::llround(speed)))};
  figures_.begin_object(name).integer("count", count).name("per_second").fraction(speed);
  figures_.integer("latencies", latencies.count());
  for (const Percentile& percentile : kPercentiles) {
    const nanoseconds latency = latencies.percentile(percentile.percent);
    row.push_back(human(latency));
    figures_.name(percentile.name).fraction(microseconds(latency));
  }
  row.push_back(human(latencies.max()));
  figures_.name("max_us").fraction(microseconds(latencies.max())).end_object();
  rows_.push_back(std::move(row));
}

void Report::remark(const char* name, double value, std::string sentence) {
  remarks_.push_back(std::move(sentence));
  figures_.name(name).fraction(value);
}

std::string Report::table(const Breaches& breaches) const {
  Row titles{"", "count", "per s"};
  for (const Percentile& percentile : kPercentiles) titles.emplace_back(percentile.title);
  titles.emplace_back("max");
  std::vector<Row> rows{std::move(titles)};
  rows.insert(rows.end(), rows_.begin(), rows_.end());
  std::string text = scenario_ + ": " + title_ + "\n\n" + align(rows) + "\n";
  for (const std::string& remark : remarks_) text += remark + "\n";
  text += breaches.count() == 0 ? "verified: " + verified_ + "\n"
                                : "NOT VERIFIED: " + thousands(breaches.count()) + " breaches\n";
  return text;
}

std::string Report::json(const Breaches& breaches) const {
  JsonWriter settings = settings_;
  JsonWriter figures = figures_;
  JsonWriter json;
  json.begin_object().text("scenario", scenario_).text("title", title_);
  json.begin_object("settings").raw(settings.take()).end_object();
  json.begin_object("figures").raw(figures.take()).end_object();
  json.boolean("verified", breaches.count() == 0).integer("breach_count", breaches.count());
  json.begin_array("breaches");
  for (const Error& breach : breaches.first()) {
    json.begin_object().text("code", breach.code).text("message", breach.message).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

}  // namespace cowrite::load
