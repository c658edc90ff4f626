#include "storage/store/unreadable_range.h"

#include <cstddef>
#include <functional>
#include <utility>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

using Holds = std::function<bool(const std::string& key)>;

// The greatest key of which `holds_behind` is true, as it is of all keys between `key` and that; it
// is not true of those from there to `end`.
std::string last_that(const std::string& key, const std::string& end, const Holds& holds_behind) {
  const auto holds = [&](const std::string& next) {
    return next <= key || (next < end && holds_behind(next));
  };
  // What it shares with `key`: cut off there, and a bit greater, `holds` is not true any more.
  std::string last = key;
  while (!last.empty()) {
    std::string next = last;
    last.pop_back();
    if (next.back() == '\xFF') continue;
    next.back() = static_cast<char>(next.back() + 1);
    if (!holds(next)) {
      last = next;
      last.back() = static_cast<char>(last.back() - 1);
      break;
    }
  }
  // Byte by byte: the greatest that may follow, as long as one may.
  while (holds(last + '\0')) {
    int low = 0;
    for (int high = 256; high - low > 1;) {
      const int middle = (low + high) / 2;
      (holds(last + static_cast<char>(middle)) ? low : high) = middle;
    }
    last += static_cast<char>(low);
  }
  return last;
}

class Search {
 public:
  Search(const View& view, Table table, const KeyRange& within)
      : view_(view), table_(table), within_(within) {}

  // Whether a scan that begins at the key finds its first entry, or the end.
  bool succeeds(const std::string& key) {
    return first({key, within_.to}, Order::kForward).has_value();
  }

  // The first key behind `place` from which a scan succeeds.
  std::string end_behind(std::string place) {
    while (!failure_) {
      place = next_block(place);
      if (place >= within_.to || succeeds(place)) break;
    }
    return place;
  }

  // The last entry before `place` that can be read, from block to block.
  std::optional<std::string> entry_before(std::string place) {
    while (!failure_) {
      const Result<std::optional<std::string>> last =
          first({within_.from, place}, Order::kBackward);
      if (last) return *last;
      place = begin_of_block(place);
      if (place <= within_.from) break;
      // The last key of the block before, or one behind it. The end of a range is looked for in
      // the block that its bound is in, so it must not be the first key of this one.
      place.pop_back();
      if (has(place)) return place;
    }
    return std::nullopt;
  }

  // Why it cannot be known, if anything but damage came in the way.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<std::optional<std::string>> first(const KeyRange& range, Order order) {
    Result<std::optional<std::string>> found = first_key(view_, table_, range, order);
    if (!found && found.error().code != kErrDamaged) failure_ = found.error();
    return found;
  }

  bool has(const std::string& key) {
    const Result<std::optional<std::string>> found = first({key, key + '\0'}, Order::kForward);
    return found && *found;
  }

  // The first key of the block behind that of `place`, in whichever file one ends first.
  std::string next_block(const std::string& place) {
    if (in_one_block(place, within_.to)) return within_.to;
    return last_that(place, within_.to,
                     [&](const std::string& key) { return in_one_block(place, key); }) +
           '\0';
  }

  // The first key of the block of `place`.
  std::string begin_of_block(const std::string& place) {
    if (in_one_block(within_.from, place)) return within_.from;
    return last_that(within_.from, place,
                     [&](const std::string& key) { return !in_one_block(key, place); }) +
           '\0';
  }

  bool in_one_block(const std::string& low, const std::string& high) {
    const Result<std::uint64_t> bytes = view_.bytes_between(table_, {low, high});
    if (!bytes) failure_ = bytes.error();
    return bytes && *bytes == 0;
  }

  const View& view_;
  const Table table_;
  const KeyRange& within_;
  std::optional<Error> failure_;
};

}  // namespace

Result<UnreadableRange> find_unreadable_range(const View& view, Table table, const KeyRange& within,
                                              const std::string& place) {
  Search search(view, table, within);
  UnreadableRange range = {std::nullopt, place};
  if (!search.succeeds(place)) range = {search.entry_before(place), search.end_behind(place)};
  return search.failure() ? Result<UnreadableRange>(*search.failure()) : std::move(range);
}

}  // namespace cowrite::storage
