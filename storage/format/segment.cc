#include "storage/format/segment.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "ot/base/utf8.h"
#include "ot/base/varint.h"
#include "ot/encoding.h"
#include "storage/format/cursors.h"
#include "storage/format/encoding.h"
#include "storage/format/interval.h"
#include "storage/format/keys.h"
#include "storage/format/old_segment.h"
#include "storage/format/segment_parts.h"

namespace cowrite::storage {
namespace {

// Each distinct writer is named once.
using Writer = std::pair<std::string_view, std::string_view>;  // Source, author.

// In this order in a segment, after those of the intervals (interval.h). What does not fit the
// others is in `rest`.
enum Column : std::uint8_t {
  kWriters,
  kWho,
  kSequences,
  kShapes,
  kCursors,
  kPlaces,
  kLengths,
  kRest,
  kTexts,
  kColumns
};

// A record's shape: its EditKind, and what of it is not as expected, which other columns then have.
constexpr unsigned kKindBits = 7;
constexpr unsigned kCursorShift = 3;
constexpr unsigned kCursorInColumn = 3;   // Of two bits; a lower number is the cursor itself.
constexpr unsigned kPlaceBit = 1U << 5;   // It is not at its cursor.
constexpr unsigned kLengthBit = 1U << 6;  // What is inserted, or else erased, is not 1 long.
constexpr unsigned kWriterBit = 1U << 7;  // By another writer than the last, or out of sequence.

class Packer {
 public:
  void add(const Record& record, std::int64_t previous_ms) {
    unsigned shape = add_writer(record);
    // Apart as numbers without a sign: the times of a hostile clock may be further apart than
    // signed ones reach.
    intervals_.put(static_cast<std::uint64_t>(record.time_ms) -
                   static_cast<std::uint64_t>(previous_ms));
    shape |= add_change(record.change);
    columns_[kShapes] += static_cast<char>(shape);
  }

  void finish(Effort effort, std::string& out) const {
    // Trying hard is for what repeats, which intervals do not.
    put_column(intervals_.sizes(), std::min(effort, Effort::kQuick), out);
    put_column(intervals_.bits(), Effort::kNone, out);
    for (const std::string& column : columns_) put_column(column, effort, out);
  }

 private:
  unsigned add_writer(const Record& record) {
    const Writer writer = {record.source, record.author};
    const bool is_same = !names_.empty() && names_[writer_] == writer;
    if (is_same && record.sequence == sequences_[writer_] + 1) {
      sequences_[writer_] = record.sequence;
      return 0;
    }
    if (!is_same) writer_ = number_of(writer);
    ot::put_varint(writer_, columns_[kWho]);
    put_signed(difference(record.sequence, sequences_[writer_] + 1), columns_[kSequences]);
    sequences_[writer_] = record.sequence;
    return kWriterBit;
  }

  std::size_t number_of(const Writer& writer) {
    const auto [found, added] = numbers_.emplace(writer, names_.size());
    if (added) {
      put_string(writer.first, columns_[kWriters]);
      put_string(writer.second, columns_[kWriters]);
      names_.push_back(writer);
      sequences_.push_back(0);
    }
    return found->second;
  }

  unsigned add_change(const Change& change) {
    if (const auto* create = std::get_if<Create>(&change)) {
      put_string(create->text, columns_[kRest]);
      return static_cast<unsigned>(EditKind::kCreate);
    }
    const auto* edit = std::get_if<Edit>(&change);
    if (edit == nullptr) return static_cast<unsigned>(EditKind::kDelete);
    if (const std::optional<TextEdit> text_edit = as_text_edit(edit->operation)) {
      return static_cast<unsigned>(text_edit->kind()) | add_place(*text_edit) |
             add_text(*text_edit);
    }
    ot::encode(edit->operation, columns_[kRest]);
    return static_cast<unsigned>(EditKind::kOperation);
  }

  unsigned add_place(const TextEdit& edit) {
    const std::size_t cursor = cursors_.nearest(writer_, edit);
    const std::int64_t distance = difference(edit.place, cursors_.expected(cursor, writer_, edit));
    cursors_.move(cursor, writer_, edit);
    if (cursor >= kCursorInColumn) columns_[kCursors] += static_cast<char>(cursor);
    if (distance != 0) put_signed(distance, columns_[kPlaces]);
    return static_cast<unsigned>(std::min<std::size_t>(cursor, kCursorInColumn)) << kCursorShift |
           (distance != 0 ? kPlaceBit : 0);
  }

  unsigned add_text(const TextEdit& edit) {
    const std::uint64_t length = edit.inserted > 0 ? edit.text.size() : edit.erased;
    if (length != 1) ot::put_varint(length, columns_[kLengths]);
    if (edit.kind() == EditKind::kReplace) ot::put_varint(edit.erased, columns_[kLengths]);
    columns_[kTexts] += edit.text;
    return length != 1 ? kLengthBit : 0;
  }

  std::array<std::string, kColumns> columns_;
  IntervalWriter intervals_;
  std::size_t writer_ = 0;                // Of the record before.
  std::vector<Writer> names_;             // Of the writers, by their numbers.
  std::vector<std::uint64_t> sequences_;  // Their last ones.
  std::map<Writer, std::size_t> numbers_;
  Cursors cursors_;
};

class Unpacker {
 public:
  explicit Unpacker(ValueReader& in)
      : intervals_{column(in), column(in)}, columns_{reader(in), reader(in), reader(in),
                                                     reader(in), reader(in), reader(in),
                                                     reader(in), reader(in), reader(in)} {}

  Record take(std::uint64_t version, std::int64_t previous_ms) {
    Record record;
    record.version = version;
    const unsigned shape = in(kShapes).byte();
    take_writer(shape, record);
    record.time_ms =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(previous_ms) + intervals_.take());
    if (record.time_ms < previous_ms) intervals_.fail();
    record.change = take_change(shape);
    return record;
  }

  [[nodiscard]] bool failed() const {
    return intervals_.failed() || std::ranges::any_of(columns_, &ValueReader::failed);
  }
  [[nodiscard]] bool has_newer_kinds() const { return has_newer_kinds_; }
  [[nodiscard]] bool whole() const {
    return intervals_.whole() && std::ranges::all_of(columns_, &ValueReader::whole);
  }

 private:
  struct KnownWriter {
    Writer name;
    std::uint64_t sequence = 0;  // Its last one.
  };

  std::string_view column(ValueReader& in) { return take_column(in, unpacked_[taken_++]); }
  ValueReader reader(ValueReader& in) { return ValueReader(column(in)); }
  ValueReader& in(Column column) { return columns_[column]; }

  void take_writer(unsigned shape, Record& record) {
    const bool is_expected = (shape & kWriterBit) == 0;
    const std::uint64_t number = is_expected ? writer_ : in(kWho).number();
    const bool is_new = !is_expected && number == writers_.size();
    if (is_new) add_writer();
    if (number >= writers_.size()) return in(kWho).fail();
    const std::int64_t apart = is_expected ? 0 : in(kSequences).signed_number();
    if (!is_expected && !is_new && number == writer_ && apart == 0) in(kWho).fail();
    writer_ = number;
    KnownWriter& writer = writers_[number];
    writer.sequence += 1 + static_cast<std::uint64_t>(apart);
    record.sequence = writer.sequence;
    record.source = writer.name.first;
    record.author = writer.name.second;
  }

  // Writers are numbered as they first appear.
  void add_writer() {
    const std::string_view source = in(kWriters).string();
    const std::string_view author = in(kWriters).string();
    writers_.push_back({{source, author}});
    if (!distinct_.insert(writers_.back().name).second) in(kWriters).fail();
  }

  Change take_change(unsigned shape) {
    const auto kind = static_cast<EditKind>(shape & kKindBits);
    if (is_text_edit(kind)) return Edit{take_text_edit(kind, shape)};
    if ((shape & ~(kKindBits | kWriterBit)) != 0) in(kShapes).fail();
    if (auto change = take_whole_change(kind, in(kRest))) return *std::move(change);
    has_newer_kinds_ = is_newer(kind);
    in(kShapes).fail();
    return Delete{};
  }

  ot::Operation take_text_edit(EditKind kind, unsigned shape) {
    TextEdit edit = take_text(kind, shape);
    const std::size_t cursor = take_cursor(shape);
    const bool is_apart = (shape & kPlaceBit) != 0;
    const std::int64_t distance = is_apart ? in(kPlaces).signed_number() : 0;
    edit.place = cursors_.expected(cursor, writer_, edit) + static_cast<std::uint64_t>(distance);
    if (!edit.is_valid() || edit.kind() != kind || is_apart != (distance != 0)) {
      in(kPlaces).fail();
      return {};
    }
    cursors_.move(cursor, writer_, edit);
    return edit.operation();
  }

  // An edit but for its place.
  TextEdit take_text(EditKind kind, unsigned shape) {
    const bool is_long = (shape & kLengthBit) != 0;
    const std::uint64_t length = is_long ? in(kLengths).number() : 1;
    if (is_long != (length != 1)) in(kLengths).fail();
    TextEdit edit;
    if (kind == EditKind::kErase) {
      edit.erased = length;
      return edit;
    }
    edit.text = in(kTexts).text(length);
    edit.inserted = ot::utf8::count_code_points(edit.text);
    if (kind == EditKind::kReplace) edit.erased = in(kLengths).number();
    return edit;
  }

  std::size_t take_cursor(unsigned shape) {
    std::size_t cursor = shape >> kCursorShift & kCursorInColumn;
    if (cursor == kCursorInColumn) {
      cursor = in(kCursors).byte();
      if (cursor < kCursorInColumn) in(kCursors).fail();
    }
    if (cursor < cursors_.size()) return cursor;
    in(kCursors).fail();
    return 0;
  }

  std::array<std::string, kColumns + 2> unpacked_;
  std::size_t taken_ = 0;  // Columns.
  IntervalReader intervals_;
  std::array<ValueReader, kColumns> columns_;
  std::size_t writer_ = 0;  // Of the record before.
  std::vector<KnownWriter> writers_;
  std::set<Writer> distinct_;
  Cursors cursors_;
  bool has_newer_kinds_ = false;
};

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

std::string encode_segment(std::string_view key, std::span<const Record> records, Effort effort) {
  CHECK(!records.empty() && records.size() <= kSegmentRecords);
  std::string out;
  out += static_cast<char>(RecordTag::kSegment);
  put_header({records.size(), records.front().time_ms, records.back().time_ms}, out);
  Packer packer;
  std::int64_t previous_ms = records.front().time_ms;
  for (const Record& record : records) {
    packer.add(record, previous_ms);
    previous_ms = record.time_ms;
  }
  packer.finish(effort, out);
  put_checksum(key, out);
  return out;
}

Result<std::vector<Record>> decode_entry(std::string_view key, std::string_view value) {
  const Result<VersionKey> place = decode_version_key(key);
  if (!place) return place.error();
  ValueReader in(key, value);
  ValueReader ahead = in;
  const auto tag = static_cast<RecordTag>(ahead.byte());
  if (tag == RecordTag::kSegment) return take_records<Unpacker>(place->version, ahead);
  if (tag == RecordTag::kOldSegment) return decode_old_segment(place->version, ahead);
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
  if (tag == RecordTag::kSegment || tag == RecordTag::kOldSegment) {
    const SegmentHeader header = take_header(in);
    extent = {place->version, place->version + header.count, header.first_ms, header.last_ms};
  } else {
    extent.first_ms = extent.last_ms = in.signed_number();
  }
  return in.failed() ? Result<EntryExtent>(damaged_value("record")) : extent;
}

}  // namespace cowrite::storage
