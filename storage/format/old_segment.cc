#include "storage/format/old_segment.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/utf8.h"
#include "storage/format/segment_parts.h"

namespace cowrite::storage {
namespace {

// Each distinct writer is named once.
using Writer = std::pair<std::string_view, std::string_view>;  // Source, author.

// What is known of the writer's next record.
struct Expected {
  std::uint64_t sequence = 1;
  std::uint64_t place = 0;

  void pass(std::uint64_t passed_sequence) { sequence = passed_sequence + 1; }
};

// In this order in a segment. What does not fit the others is in `rest`.
enum Column : std::uint8_t {
  kWriters,
  kWho,
  kSequences,
  kTimes,
  kShapes,
  kPlaces,
  kLengths,
  kRest,
  kTexts,
  kColumns
};

class Unpacker {
 public:
  explicit Unpacker(ValueReader& in)
      : columns_{ValueReader(in.string()), ValueReader(in.string()), ValueReader(in.string()),
                 ValueReader(in.string()), ValueReader(in.string()), ValueReader(in.string()),
                 ValueReader(in.string()), ValueReader(in.string()), ValueReader(in.string())} {}

  Record take(std::uint64_t version, std::int64_t previous_ms) {
    Record record;
    record.version = version;
    Expected& expected = take_writer(record);
    record.sequence =
        expected.sequence + static_cast<std::uint64_t>(in(kSequences).signed_number());
    expected.pass(record.sequence);
    record.time_ms =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(previous_ms) + in(kTimes).number());
    if (record.time_ms < previous_ms) in(kTimes).fail();
    record.change = take_change(expected);
    return record;
  }

  [[nodiscard]] bool failed() const { return std::ranges::any_of(columns_, &ValueReader::failed); }
  [[nodiscard]] bool has_newer_kinds() const { return has_newer_kinds_; }
  [[nodiscard]] bool whole() const { return std::ranges::all_of(columns_, &ValueReader::whole); }

 private:
  ValueReader& in(Column column) { return columns_[column]; }

  // Writers are numbered as they first appear.
  Expected& take_writer(Record& record) {
    const std::uint64_t number = in(kWho).number();
    if (number == writers_.size()) {
      const std::string_view source = in(kWriters).string();
      const std::string_view author = in(kWriters).string();
      writers_.emplace_back(source, author);
      expected_.emplace_back();
      if (!distinct_.insert(writers_.back()).second) in(kWriters).fail();
    } else if (number > writers_.size()) {
      in(kWho).fail();
      return nowhere_;
    }
    record.source = writers_[number].first;
    record.author = writers_[number].second;
    return expected_[number];
  }

  Change take_change(Expected& expected) {
    const auto kind = static_cast<EditKind>(in(kShapes).byte());
    if (is_text_edit(kind)) return Edit{take_text_edit(kind, expected)};
    if (auto change = take_whole_change(kind, in(kRest))) return *std::move(change);
    has_newer_kinds_ = is_newer(kind);
    in(kShapes).fail();
    return Delete{};
  }

  ot::Operation take_text_edit(EditKind kind, Expected& expected) {
    TextEdit edit;
    edit.place = expected.place + static_cast<std::uint64_t>(in(kPlaces).signed_number());
    if (kind != EditKind::kErase) {
      edit.text = in(kTexts).text(in(kLengths).number());
      edit.inserted = ot::utf8::count_code_points(edit.text);
    }
    if (kind != EditKind::kInsert) edit.erased = in(kLengths).number();
    if (!edit.is_valid() || edit.kind() != kind) {
      in(kPlaces).fail();
      return {};
    }
    expected.place = edit.place_after();
    return edit.operation();
  }

  std::array<ValueReader, kColumns> columns_;
  std::vector<Writer> writers_;
  std::set<Writer> distinct_;
  std::vector<Expected> expected_;
  Expected nowhere_;
  bool has_newer_kinds_ = false;
};

}  // namespace

Result<std::vector<Record>> decode_old_segment(std::uint64_t version, ValueReader& in) {
  return take_records<Unpacker>(version, in);
}

}  // namespace cowrite::storage
