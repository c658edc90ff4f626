#include "storage/read/record_scan.h"

#include <optional>
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

  Result<Visit> take(std::string_view key, std::string_view value) {
    Result<std::vector<Record>> records = decode_entry(key, value);
    if (!records) return damaged_at(next_, records.error().message);
    const std::uint64_t first = records->front().version;
    if (first > next_ || next_ - first >= records->size()) {
      return damaged_at(next_, "its record is missing");
    }
    for (std::size_t i = next_ - first; i < records->size() && next_ < to_; ++i) {
      ++next_;
      Result<Visit> visited = visit_(std::move((*records)[i]));
      if (!visited) return visited;
      if (*visited == Visit::kStop) return stop();
    }
    return next_ < to_ ? Visit::kContinue : stop();
  }

  // Absent if the visitor has seen all that it was to see.
  [[nodiscard]] std::optional<Error> missing() const {
    return stopped_ ? std::nullopt : std::optional(damaged_at(next_, "its record is missing"));
  }

 private:
  Visit stop() {
    stopped_ = true;
    return Visit::kStop;
  }

  std::uint64_t next_;  // The version of the record that must come.
  std::uint64_t to_;
  const RecordVisitor& visit_;
  bool stopped_ = false;
};

}  // namespace

Error damaged_at(std::uint64_t version, std::string_view reason) {
  return {kErrDamaged,
          "damaged at version " + std::to_string(version) + ", " + std::string(reason)};
}

Result<void> scan_records(const View& view, DocumentNumber number, std::uint64_t from,
                          std::uint64_t to, const RecordVisitor& visit) {
  if (from >= to) return {};
  Walk walk(from, to, visit);
  Result<void> scanned = view.scan(
      Table::kRecords, versions(number, from, to), Order::kForwardFromFloor,
      [&walk](std::string_view key, std::string_view value) { return walk.take(key, value); });
  if (!scanned) return scanned;
  std::optional<Error> missing = walk.missing();
  return missing ? Result<void>(*std::move(missing)) : Result<void>();
}

}  // namespace cowrite::storage
