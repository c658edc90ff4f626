#include "tools/cli/human.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "storage/timestamp.h"

namespace cowrite::cli {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

std::string ago(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? " ago" : "s ago");
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1'000) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 999.5; value /= 1024) ++unit;
  char text[32];
  std::snprintf(text, sizeof text, value < 9.95 ? "%.1f %s" : "%.0f %s", value,
                kUnits[unit].data());
  return text;
}

std::string human_time(std::int64_t time_ms, std::int64_t now_ms) {
  const std::int64_t age_ms = now_ms - time_ms;
  if (age_ms < -kMinuteMs) return storage::format_time(time_ms);
  if (age_ms < 10'000) return "just now";
  if (age_ms < kMinuteMs) return ago(age_ms / 1'000, "second");
  if (age_ms < kHourMs) return ago(age_ms / kMinuteMs, "minute");
  if (age_ms < kDayMs) return ago(age_ms / kHourMs, "hour");
  if (age_ms < 14 * kDayMs) return ago(age_ms / kDayMs, "day");
  return storage::format_time(time_ms).substr(0, 10);
}

}  // namespace cowrite::cli
