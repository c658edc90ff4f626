// What the two kinds of segments share: their header, how their records are taken in turn, and the
// edits in one place that they take apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "storage/format/value.h"
#include "storage/record.h"

namespace cowrite::storage {

// How a record's change stands in the columns; the last two are as RecordTag's.
enum class EditKind : std::uint8_t {
  kInsert,
  kErase,
  kReplace,
  kOperation,
  kCreate,
  kDelete,
  kTypedCreate,
  kTypedEdit
};

[[nodiscard]] inline bool is_text_edit(EditKind kind) { return kind <= EditKind::kReplace; }
[[nodiscard]] inline bool is_newer(EditKind kind) {
  return kind == EditKind::kTypedCreate || kind == EditKind::kTypedEdit;
}

// A change that is not a text edit stands in one piece. Absent if the kind is newer, or none.
[[nodiscard]] std::optional<Change> take_whole_change(EditKind kind, ValueReader& in);

// An edit in one place, nearly all that people do: some text put in, some code points taken out
// after it, or both.
struct TextEdit {
  std::uint64_t place = 0;
  std::string_view text;
  std::uint64_t inserted = 0;  // Code points.
  std::uint64_t erased = 0;    // Code points.

  // Where a cursor is after it, and the next one is likely to be.
  [[nodiscard]] std::uint64_t place_after() const { return place + inserted; }
  [[nodiscard]] bool is_valid() const {
    return place < ot::kLengthMax && inserted < ot::kLengthMax && erased < ot::kLengthMax &&
           inserted + erased > 0;
  }
  [[nodiscard]] EditKind kind() const {
    if (inserted > 0) return erased > 0 ? EditKind::kReplace : EditKind::kInsert;
    return EditKind::kErase;
  }
  // REQUIRES: is_valid().
  [[nodiscard]] ot::Operation operation() const;
};

// Absent if the operation is more than an edit in one place.
[[nodiscard]] std::optional<TextEdit> as_text_edit(const ot::Operation& operation);

// A number less another that is near it.
[[nodiscard]] inline std::int64_t difference(std::uint64_t value, std::uint64_t expected) {
  return static_cast<std::int64_t>(value - expected);
}

// The header of a segment, after its tag.
struct SegmentHeader {
  std::uint64_t count = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};

void put_header(const SegmentHeader& header, std::string& out);
[[nodiscard]] SegmentHeader take_header(ValueReader& in);

// The records of a segment whose first one has this version, after its tag. An Unpacker reads the
// columns, and takes a record at a time from them. Fails as decode_entry() does.
template <typename Unpacker>
[[nodiscard]] Result<std::vector<Record>> take_records(std::uint64_t version, ValueReader& in) {
  const SegmentHeader header = take_header(in);
  Unpacker unpacker(in);
  std::vector<Record> records;
  if (in.whole()) {
    records.reserve(header.count);
    std::int64_t time_ms = header.first_ms;
    while (records.size() < header.count && !unpacker.failed()) {
      records.push_back(unpacker.take(version + records.size(), time_ms));
      time_ms = records.back().time_ms;
    }
  }
  if (unpacker.has_newer_kinds()) return newer_kind("record");
  const bool right = in.whole() && unpacker.whole() && records.front().time_ms == header.first_ms &&
                     records.back().time_ms == header.last_ms;
  return right ? Result<std::vector<Record>>(std::move(records)) : damaged_value("segment");
}

}  // namespace cowrite::storage
