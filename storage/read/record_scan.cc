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
  Walk(std::uint64_t from, std::uint64_t to, const EntryRecordsVisitor& visit)
      : next_(from), to_(to), visit_(visit) {}

  Result<Visit> take(std::string_view key, std::string_view value) {
    Result<std::vector<Record>> records = decode_entry(key, value);
    if (!records) return unreadable_at(next_, records.error());
    const std::uint64_t first = records->front().version;
    if (first < next_ && !is_first_) return damaged_at(first, "its record is there twice");
    if (first > next_ || next_ - first >= records->size()) {
      return damaged_at(next_, "its record is missing");
    }
    is_first_ = false;
    next_ = first + records->size();
    Result<Visit> visited = visit_(*std::move(records));
    if (!visited) return visited;
    stopped_ = *visited == Visit::kStop || next_ >= to_;
    return stopped_ ? Visit::kStop : Visit::kContinue;
  }

  // Absent if the visitor has seen all that it was to see.
  [[nodiscard]] std::optional<Error> missing() const {
    return stopped_ ? std::nullopt : std::optional(damaged_at(next_, "its record is missing"));
  }

 private:
  std::uint64_t next_;  // The version of the record that must come.
  std::uint64_t to_;
  const EntryRecordsVisitor& visit_;
  bool is_first_ = true;  // The next entry, which may begin before it.
  bool stopped_ = false;
};

}  // namespace

Error damaged_at(std::uint64_t version, std::string_view reason) {
  return {kErrDamaged,
          "damaged at version " + std::to_string(version) + ", " + std::string(reason)};
}

Error unreadable_at(std::uint64_t version, const Error& error) {
  if (error.code == kErrDamaged) return damaged_at(version, error.message);
  return {error.code, "version " + std::to_string(version) + ": " + error.message};
}

Result<void> scan_entries(const View& view, DocumentNumber number, std::uint64_t from,
                          std::uint64_t to, const EntryRecordsVisitor& visit) {
  if (from >= to) return {};
  Walk walk(from, to, visit);
  Result<void> scanned = view.scan(
      Table::kRecords, versions(number, from, to), Order::kForwardFromFloor,
      [&walk](std::string_view key, std::string_view value) { return walk.take(key, value); });
  if (!scanned) return scanned;
  std::optional<Error> missing = walk.missing();
  return missing ? Result<void>(*std::move(missing)) : Result<void>();
}

Result<void> scan_records(const View& view, DocumentNumber number, std::uint64_t from,
                          std::uint64_t to, const RecordVisitor& visit) {
  return scan_entries(view, number, from, to, [&](std::vector<Record>&& records) -> Result<Visit> {
    for (Record& record : records) {
      if (record.version < from) continue;
      if (record.version >= to) break;
      Result<Visit> visited = visit(std::move(record));
      if (!visited || *visited == Visit::kStop) return visited;
    }
    return Visit::kContinue;
  });
}

}  // namespace cowrite::storage
