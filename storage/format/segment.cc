#include "storage/format/segment.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "ot/base/utf8.h"
#include "ot/base/varint.h"
#include "ot/encoding.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"

namespace cowrite::storage {
namespace {

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
};

std::optional<TextEdit> as_text_edit(const ot::Operation& operation) {
  TextEdit edit;
  auto component = operation.begin();
  if (component != operation.end() && (*component).kind == ot::Kind::kRetain) {
    edit.place = (*component++).length;
  }
  if (component != operation.end() && (*component).kind == ot::Kind::kInsert) {
    edit.text = (*component).text;
    edit.inserted = (*component++).length;
  }
  if (component != operation.end() && (*component).kind == ot::Kind::kDelete &&
      (*component).text.empty()) {
    edit.erased = (*component++).length;
  }
  const bool is_all = component == operation.end();
  return is_all && edit.is_valid() ? std::optional<TextEdit>(edit) : std::nullopt;
}

// Each distinct writer is named once.
using Writer = std::pair<std::string_view, std::string_view>;  // Source, author.

// What is known of the writer's next record.
struct Expected {
  std::uint64_t sequence = 1;
  std::uint64_t place = 0;

  void pass(std::uint64_t passed_sequence) { sequence = passed_sequence + 1; }
};

std::int64_t difference(std::uint64_t value, std::uint64_t expected) {
  return static_cast<std::int64_t>(value - expected);
}

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

class Packer {
 public:
  void add(const Record& record, std::int64_t previous_ms) {
    Expected& expected = add_writer({record.source, record.author});
    put_signed(difference(record.sequence, expected.sequence), columns_[kSequences]);
    expected.pass(record.sequence);
    // Apart as numbers without a sign: the times of a hostile clock may be further apart than
    // signed ones reach.
    ot::put_varint(
        static_cast<std::uint64_t>(record.time_ms) - static_cast<std::uint64_t>(previous_ms),
        columns_[kTimes]);
    const EditKind kind = add_change(record.change, expected);
    columns_[kShapes] += static_cast<char>(kind);
  }

  void finish(std::string& out) const {
    for (const std::string& column : columns_) put_string(column, out);
  }

 private:
  Expected& add_writer(const Writer& writer) {
    const auto [found, added] = numbers_.emplace(writer, expected_.size());
    if (added) {
      put_string(writer.first, columns_[kWriters]);
      put_string(writer.second, columns_[kWriters]);
      expected_.emplace_back();
    }
    ot::put_varint(found->second, columns_[kWho]);
    return expected_[found->second];
  }

  EditKind add_change(const Change& change, Expected& expected) {
    if (const auto* create = std::get_if<Create>(&change)) {
      put_string(create->text, columns_[kRest]);
      return EditKind::kCreate;
    }
    const auto* edit = std::get_if<Edit>(&change);
    if (edit == nullptr) return EditKind::kDelete;
    const std::optional<TextEdit> text_edit = as_text_edit(edit->operation);
    if (!text_edit) {
      ot::encode(edit->operation, columns_[kRest]);
      return EditKind::kOperation;
    }
    put_signed(difference(text_edit->place, expected.place), columns_[kPlaces]);
    expected.place = text_edit->place_after();
    if (text_edit->inserted > 0) {
      ot::put_varint(text_edit->text.size(), columns_[kLengths]);
      columns_[kTexts] += text_edit->text;
    }
    if (text_edit->erased > 0) ot::put_varint(text_edit->erased, columns_[kLengths]);
    return text_edit->kind();
  }

  std::array<std::string, kColumns> columns_;
  std::map<Writer, std::size_t> numbers_;
  std::vector<Expected> expected_;
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
    switch (kind) {
      case EditKind::kInsert:
      case EditKind::kErase:
      case EditKind::kReplace:
        return Edit{take_text_edit(kind, expected)};
      case EditKind::kOperation: {
        Edit edit{in(kRest).operation()};
        if (as_text_edit(edit.operation)) in(kRest).fail();
        return edit;
      }
      case EditKind::kCreate:
        return Create{std::string(in(kRest).text(in(kRest).number()))};
      case EditKind::kDelete:
        return Delete{};
      case EditKind::kTypedCreate:
      case EditKind::kTypedEdit:
        has_newer_kinds_ = true;
        break;
    }
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
    ot::OperationBuilder operation;
    operation.retain(edit.place).insert(edit.text).erase(edit.erased);
    return std::move(operation).build();
  }

  std::array<ValueReader, kColumns> columns_;
  std::vector<Writer> writers_;
  std::set<Writer> distinct_;
  std::vector<Expected> expected_;
  Expected nowhere_;
  bool has_newer_kinds_ = false;
};

// The header of a segment, after its tag.
struct SegmentHeader {
  std::uint64_t count = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};

SegmentHeader take_header(ValueReader& in) {
  SegmentHeader header;
  header.count = in.number();
  header.first_ms = in.signed_number();
  header.last_ms = in.signed_number();
  if (header.count == 0 || header.count > kSegmentRecords || header.last_ms < header.first_ms) {
    in.fail();
  }
  return header;
}

Result<std::vector<Record>> decode_segment(std::uint64_t version, ValueReader& in) {
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

}  // namespace

std::size_t records_of_entry(std::span<const Record> records) {
  std::size_t count = 1;
  std::size_t bytes = records.size() == 1 ? 0 : record_bytes(records.front());
  if (bytes > kLargeRecordBytes) return count;
  for (const std::size_t most = std::min(records.size(), kSegmentRecords); count < most; ++count) {
    const std::size_t next = record_bytes(records[count]);
    bytes += next;
    if (next > kLargeRecordBytes || bytes > kSegmentBytes) break;
  }
  return count;
}

std::string encode_segment(std::string_view key, std::span<const Record> records) {
  CHECK(!records.empty() && records.size() <= kSegmentRecords);
  std::string out;
  out += static_cast<char>(RecordTag::kSegment);
  ot::put_varint(records.size(), out);
  put_signed(records.front().time_ms, out);
  put_signed(records.back().time_ms, out);
  Packer packer;
  std::int64_t previous_ms = records.front().time_ms;
  for (const Record& record : records) {
    packer.add(record, previous_ms);
    previous_ms = record.time_ms;
  }
  packer.finish(out);
  put_checksum(key, out);
  return out;
}

Result<std::vector<Record>> decode_entry(std::string_view key, std::string_view value) {
  const Result<VersionKey> place = decode_version_key(key);
  if (!place) return place.error();
  ValueReader in(key, value);
  ValueReader ahead = in;
  const auto tag = static_cast<RecordTag>(ahead.byte());
  if (tag == RecordTag::kSegment) return decode_segment(place->version, ahead);
  if (tag == RecordTag::kTypedCreate || tag == RecordTag::kTypedEdit) return newer_kind("record");
  std::vector<Record> records(1, take_record(in));
  records.front().version = place->version;
  return in.whole() ? Result<std::vector<Record>>(std::move(records)) : damaged_value("record");
}

Result<EntryExtent> decode_extent(std::string_view key, std::string_view value) {
  const Result<VersionKey> place = decode_version_key(key);
  if (!place) return place.error();
  ValueReader in(key, value);
  const auto tag = static_cast<RecordTag>(in.byte());
  EntryExtent extent{place->version, place->version + 1, 0, 0};
  if (tag == RecordTag::kSegment) {
    const SegmentHeader header = take_header(in);
    extent = {place->version, place->version + header.count, header.first_ms, header.last_ms};
  } else {
    extent.first_ms = extent.last_ms = in.signed_number();
  }
  return in.failed() ? Result<EntryExtent>(damaged_value("record")) : extent;
}

}  // namespace cowrite::storage
