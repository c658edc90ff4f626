#include "storage/read/record_scan.h"

#include <string>
#include <utility>
#include <vector>

#include "storage/errors.h"
#include "storage/format/segment.h"

namespace cowrite::storage {
namespace {

// One walk over the entries.
class Walk {
 public:
  Walk(std::uint64_t from, std::uint64_t to, const RecordVisitor& visit)
      : next_(from), to_(to), visit_(visit) {}

  // Takes an entry, and says whether to go on.
  Visit take(std::string_view key, std::string_view value) {
    const Result<Visit> taken = take_entry(key, value);
    if (!taken) outcome_ = taken.error();
    stopped_ = !taken || *taken == Visit::kStop;
    return stopped_ || next_ == to_ ? Visit::kStop : Visit::kContinue;
  }

  [[nodiscard]] Result<void> outcome() const {
    return stopped_ || next_ == to_ ? outcome_
                                    : Result<void>(damaged_at(next_, "its record is missing"));
  }

 private:
  Result<Visit> take_entry(std::string_view key, std::string_view value) {
    Result<std::vector<Record>> records = decode_entry(key, value);
    if (!records) return damaged_at(next_, records.error().message);
    const std::uint64_t first = records->front().version;
    if (first > next_ || next_ - first >= records->size()) {
      return damaged_at(next_, "its record is missing");
    }
    for (std::size_t i = next_ - first; i < records->size() && next_ < to_; ++i) {
      ++next_;
      Result<Visit> visited = visit_(std::move((*records)[i]));
      if (!visited || *visited == Visit::kStop) return visited;
    }
    return Visit::kContinue;
  }

  std::uint64_t next_;  // The version of the record that must come.
  std::uint64_t to_;
  const RecordVisitor& visit_;
  bool stopped_ = false;
  Result<void> outcome_;
};

}  // namespace

Error damaged_at(std::uint64_t version, std::string_view reason) {
  return {kErrDamaged,
          "damaged at version " + std::to_string(version) + ", " + std::string(reason)};
}

Result<void> scan_records(const KeyValueStore& store, DocumentNumber number, std::uint64_t from,
                          std::uint64_t to, const RecordVisitor& visit) {
  if (from >= to) return {};
  Walk walk(from, to, visit);
  const Result<void> scanned = store.scan(
      Table::kRecords, versions(number, from, to), Order::kForwardFromFloor,
      [&](std::string_view key, std::string_view value) { return walk.take(key, value); });
  return scanned ? walk.outcome() : scanned;
}

}  // namespace cowrite::storage
