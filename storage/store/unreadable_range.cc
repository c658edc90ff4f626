#include "storage/store/unreadable_range.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

// Each halves what lies between two keys: 64 for the 8 bytes behind those that they share, and as
// many again for the bytes that come to be shared meanwhile.
constexpr int kHalvings = 128;

constexpr std::size_t kNumberBytes = 8;

// The first bytes as a number, zeros behind a key that is shorter.
std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    number = number << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0);
  }
  return number;
}

// A key about half way between two; that of `low` if there is none that differs early enough.
std::string half_way(std::string_view low, std::string_view high) {
  const auto differ = std::ranges::mismatch(low, high).in1;
  const auto shared = static_cast<std::size_t>(differ - low.begin());
  const std::uint64_t from = number_of(low.substr(shared));
  const std::uint64_t to = number_of(high.substr(shared));
  if (to - from < 2) return std::string(low);
  const std::uint64_t middle = from + (to - from) / 2;
  std::string key(low.substr(0, shared));
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(middle >> shift));
  return key;
}

class Search {
 public:
  Search(const View& view, Table table, const KeyRange& within)
      : view_(view), table_(table), within_(within) {}

  // Whether a scan that begins at the key finds its first entry, or the end.
  bool succeeds(const std::string& key) {
    const Result<std::optional<std::string>> first =
        first_key(view_, table_, {key, within_.to}, Order::kForward);
    if (!first && first.error().code != kErrDamaged) failure_ = first.error();
    return first.has_value();
  }

  // About the first key behind `place` from which a scan succeeds.
  std::string end_behind(const std::string& place) {
    std::string low = place;
    std::string high = within_.to;
    for (std::size_t length = place.size(); length > 0; --length) {
      std::string key = place.substr(0, length);
      if (key.back() == '\xFF') continue;
      key.back() = static_cast<char>(key.back() + 1);
      if (key >= within_.to) break;
      if (succeeds(key)) {
        high = std::move(key);
        break;
      }
      low = std::move(key);
    }
    return halve(std::move(low), std::move(high), true).second;
  }

  // About the last key before `place` from which a scan succeeds.
  std::string begin_before(const std::string& place) {
    std::string low = within_.from;
    std::string high = place;
    for (std::size_t length = place.size(); length-- > within_.from.size();) {
      std::string key = place.substr(0, length);
      if (succeeds(key)) {
        low = std::move(key);
        break;
      }
      high = std::move(key);
    }
    return halve(std::move(low), std::move(high), false).first;
  }

  // Why it cannot be known, if anything but damage came in the way.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  // Brings the two together, a scan from one of which succeeds: from `high`, or from `low`.
  std::pair<std::string, std::string> halve(std::string low, std::string high,
                                            bool succeeds_from_high) {
    for (int i = 0; i < kHalvings && !failure_; ++i) {
      std::string middle = half_way(low, high);
      if (middle <= low) break;
      (succeeds(middle) == succeeds_from_high ? high : low) = std::move(middle);
    }
    return {std::move(low), std::move(high)};
  }

  const View& view_;
  const Table table_;
  const KeyRange& within_;
  std::optional<Error> failure_;
};

}  // namespace

Result<KeyRange> find_unreadable_range(const View& view, Table table, const KeyRange& within,
                                       const std::string& place) {
  Search search(view, table, within);
  KeyRange range = {place, place};
  if (!search.succeeds(place)) range = {search.begin_before(place), search.end_behind(place)};
  return search.failure() ? Result<KeyRange>(*search.failure()) : std::move(range);
}

}  // namespace cowrite::storage
