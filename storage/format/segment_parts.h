// What the two kinds of segments share: their header, and the edits in one place that they take
// apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ot/operation.h"
#include "storage/format/value.h"

namespace cowrite::storage {

// How a record's change stands in the columns.
// The last two are as RecordTag's.
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

}  // namespace cowrite::storage
