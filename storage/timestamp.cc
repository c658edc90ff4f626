#include "storage/timestamp.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

namespace cowrite::storage {
namespace {

using std::chrono::sys_days;

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

constexpr std::int64_t days_since_epoch(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  return sys_days{date}.time_since_epoch().count();
}

// What fits into four digits for the year.
constexpr std::int64_t kFirstMs = days_since_epoch(0, 1, 1) * kDayMs;
constexpr std::int64_t kLastMs = days_since_epoch(10'000, 1, 1) * kDayMs - 1;

// Reads a text from left to right; once something does not match, nothing matches any more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return valid_ && rest_.empty(); }

  bool accept(std::string_view any_of) {
    if (!valid_ || rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) { valid_ = accept(any_of) && valid_; }

  // Exactly `digits` digits, a number from `least` to `most`.
  int number(int digits, int least, int most) {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      expect("0123456789");
      value = value * 10 + (last_ - '0');
    }
    valid_ = valid_ && least <= value && value <= most;
    return valid_ ? value : least;
  }

  [[nodiscard]] char last() const { return last_; }

 private:
  std::string_view rest_;
  char last_ = '0';
  bool valid_ = true;
};

// "06:11:00.123": milliseconds since midnight. A leap second counts as the first of the next
// minute.
std::int64_t scan_time_of_day(Scanner& scanner) {
  std::int64_t time_ms = scanner.number(2, 0, 23) * kHourMs;
  scanner.expect(":");
  time_ms += scanner.number(2, 0, 59) * kMinuteMs;
  scanner.expect(":");
  time_ms += scanner.number(2, 0, 60) * kSecondMs;
  if (scanner.accept(".")) {
    time_ms += scanner.number(1, 0, 9) * 100;
    for (std::int64_t unit_ms = 10; scanner.accept("0123456789"); unit_ms /= 10) {
      time_ms += (scanner.last() - '0') * unit_ms;
    }
  }
  return time_ms;
}

// "Z" or "+02:00": what is to be taken from a local time to make it UTC.
std::int64_t scan_offset(Scanner& scanner) {
  if (scanner.accept("Zz")) return 0;
  scanner.expect("+-");
  const int sign = scanner.last() == '-' ? -1 : 1;
  const std::int64_t hours = scanner.number(2, 0, 23);
  scanner.expect(":");
  const std::int64_t minutes = scanner.number(2, 0, 59);
  return sign * (hours * kHourMs + minutes * kMinuteMs);
}

std::optional<std::int64_t> scan_time(Scanner scanner) {
  const int year = scanner.number(4, 0, 9999);
  scanner.expect("-");
  const auto month = static_cast<unsigned>(scanner.number(2, 1, 12));
  scanner.expect("-");
  const auto day = static_cast<unsigned>(scanner.number(2, 1, 31));
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  std::int64_t time_ms = days_since_epoch(year, month, day) * kDayMs;
  if (!scanner.done()) {
    scanner.expect("Tt ");
    time_ms += scan_time_of_day(scanner);
    time_ms -= scan_offset(scanner);
  }
  if (!scanner.done()) return std::nullopt;
  return time_ms;
}

}  // namespace

std::string format_time(std::int64_t time_ms) {
  const std::chrono::milliseconds since_epoch{std::clamp(time_ms, kFirstMs, kLastMs)};
  const auto day = std::chrono::floor<std::chrono::days>(since_epoch);
  const std::chrono::year_month_day date{sys_days{day}};
  const auto in_day_ms = static_cast<int>((since_epoch - day).count());
  char text[40];
  const int length = std::snprintf(
      text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), in_day_ms / 3'600'000,
      in_day_ms / 60'000 % 60, in_day_ms / 1'000 % 60, in_day_ms % 1'000);
  return {text, static_cast<std::size_t>(length)};
}

Result<std::int64_t> parse_time(std::string_view text) {
  const std::optional<std::int64_t> time_ms = scan_time(Scanner(text));
  if (!time_ms) {
    return Error{kErrTimeInvalid, "\"" + std::string(text.substr(0, 64)) +
                                      "\" is not a time: write 2026-11-20, 2026-11-20T06:11:00Z or "
                                      "2026-11-20T08:11:00+02:00"};
  }
  return *time_ms;
}

}  // namespace cowrite::storage
