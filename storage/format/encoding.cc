#include "storage/format/encoding.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "ot/encoding.h"
#include "ot/utf8.h"
#include "ot/varint.h"
#include "storage/errors.h"
#include "storage/format/checksum.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kChecksumBytes = 4;

// The first byte of a record. A checkpoint and a head say whether the document exists with kYes or
// kNo.
enum class Tag : std::uint8_t { kCreate = 1, kEdit = 2, kDelete = 3 };
constexpr char kNo = 0;
constexpr char kYes = 1;

Error damaged(std::string_view what) {
  return {kErrDamaged, "a stored " + std::string(what) + " is damaged"};
}

void put_checksum(std::string_view key, std::string& value) {
  const std::uint32_t sum = crc32c(value, crc32c(key));
  for (int shift = 0; shift < 32; shift += 8) {
    value.push_back(static_cast<char>(sum >> shift));
  }
}

// Times before 1970 are numbers too: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
void put_time(std::int64_t time_ms, std::string& out) {
  const auto bits = static_cast<std::uint64_t>(time_ms);
  ot::put_varint(bits << 1 ^ (time_ms < 0 ? ~std::uint64_t{0} : 0), out);
}

void put_string(std::string_view text, std::string& out) {
  ot::put_varint(text.size(), out);
  out += text;
}

// Takes a value apart, front to back. Once anything is wrong every further part is empty and
// whole() is false.
class Reader {
 public:
  Reader(std::string_view key, std::string_view value) {
    if (value.size() < kChecksumBytes) {
      failed_ = true;
      return;
    }
    rest_ = value.substr(0, value.size() - kChecksumBytes);
    std::uint32_t stored = 0;
    for (std::size_t i = 0; i < kChecksumBytes; ++i) {
      stored |= std::uint32_t{static_cast<std::uint8_t>(value[rest_.size() + i])} << (8 * i);
    }
    failed_ = stored != crc32c(rest_, crc32c(key));
  }

  std::uint8_t byte() {
    const std::string_view one = bytes(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
  }
  bool yes_or_no() {
    const std::uint8_t answer = byte();
    failed_ = failed_ || answer > kYes;
    return answer == kYes;
  }
  std::uint64_t number() {
    const std::optional<std::uint64_t> number = failed_ ? std::nullopt : ot::take_varint(rest_);
    failed_ = failed_ || !number;
    return number.value_or(0);
  }
  std::int64_t time() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
  }
  std::string_view string() { return bytes(number()); }
  // All that is left, which must be text.
  std::string_view text() {
    const std::string_view text = bytes(rest_.size());
    failed_ = failed_ || !ot::utf8::is_valid(text);
    return failed_ ? std::string_view() : text;
  }
  ot::Operation operation() {
    Result<ot::Operation> operation =
        failed_ ? Result<ot::Operation>(ot::Operation()) : ot::decode(rest_);
    failed_ = failed_ || !operation;
    return operation ? *std::move(operation) : ot::Operation();
  }
  void fail() { failed_ = true; }

  // Whether nothing was wrong and nothing is left.
  [[nodiscard]] bool whole() const { return !failed_ && rest_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::string_view bytes(std::uint64_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

Tag tag_of(const Change& change) {
  if (std::holds_alternative<Create>(change)) {
    return Tag::kCreate;
  }
  return std::holds_alternative<Edit>(change) ? Tag::kEdit : Tag::kDelete;
}

Change read_change(Tag tag, Reader& in) {
  switch (tag) {
    case Tag::kCreate:
      return Create{std::string(in.text())};
    case Tag::kEdit:
      return Edit{in.operation()};
    case Tag::kDelete:
      return Delete{};
  }
  in.fail();
  return Delete{};
}

}  // namespace

std::string encode_head(std::string_view key, const Head& head) {
  std::string out;
  out.reserve(48);
  ot::put_varint(head.number, out);
  ot::put_varint(head.version, out);
  out += head.exists ? kYes : kNo;
  ot::put_varint(head.bytes, out);
  put_time(head.created_ms, out);
  put_time(head.changed_ms, out);
  put_checksum(key, out);
  return out;
}

Result<Head> decode_head(std::string_view key, std::string_view value) {
  Reader in(key, value);
  Head head;
  head.number = in.number();
  head.version = in.number();
  head.exists = in.yes_or_no();
  head.bytes = in.number();
  head.created_ms = in.time();
  head.changed_ms = in.time();
  const bool possible = head.number > 0 && head.version > 0 && (head.exists || head.bytes == 0);
  return in.whole() && possible ? Result<Head>(head) : damaged("document head");
}

std::string encode_record(std::string_view key, const Record& record) {
  std::string out;
  out.reserve(64 + record.source.size() + record.author.size());
  out += static_cast<char>(tag_of(record.change));
  put_time(record.time_ms, out);
  ot::put_varint(record.sequence, out);
  put_string(record.source, out);
  put_string(record.author, out);
  if (const auto* create = std::get_if<Create>(&record.change)) {
    out += create->text;
  } else if (const auto* edit = std::get_if<Edit>(&record.change)) {
    ot::encode(edit->operation, out);
  }
  put_checksum(key, out);
  return out;
}

Result<Record> decode_record(std::string_view key, std::string_view value) {
  const Result<VersionKey> place = decode_version_key(key);
  if (!place) {
    return place.error();
  }
  Reader in(key, value);
  Record record;
  record.version = place->version;
  const auto tag = static_cast<Tag>(in.byte());
  record.time_ms = in.time();
  record.sequence = in.number();
  record.source = in.string();
  record.author = in.string();
  record.change = read_change(tag, in);
  return in.whole() ? Result<Record>(std::move(record)) : damaged("record");
}

Result<std::int64_t> decode_record_time(std::string_view key, std::string_view value) {
  Reader in(key, value);
  in.byte();
  const std::int64_t time_ms = in.time();
  return in.failed() ? Result<std::int64_t>(damaged("record")) : time_ms;
}

std::string encode_checkpoint(std::string_view key, const Snapshot& snapshot) {
  std::string out;
  out.reserve(snapshot.text.bytes() + 16);
  out += snapshot.exists ? kYes : kNo;
  put_time(snapshot.time_ms, out);
  snapshot.text.for_each_chunk([&out](std::string_view chunk) { out += chunk; });
  put_checksum(key, out);
  return out;
}

Result<Snapshot> decode_checkpoint(std::string_view key, std::string_view value) {
  const Result<VersionKey> place = decode_version_key(key);
  if (!place) {
    return place.error();
  }
  Reader in(key, value);
  Snapshot snapshot;
  snapshot.version = place->version;
  snapshot.exists = in.yes_or_no();
  snapshot.time_ms = in.time();
  const std::string_view text = in.text();
  if (!in.whole() || (!snapshot.exists && !text.empty()) || text.size() > ot::Rope::kBytesMax) {
    return damaged("checkpoint");
  }
  snapshot.text = ot::Rope(text);
  return snapshot;
}

std::string encode_source(std::string_view key, const SourceEntry& entry) {
  std::string out;
  ot::put_varint(entry.sequence, out);
  ot::put_varint(entry.version, out);
  put_checksum(key, out);
  return out;
}

Result<SourceEntry> decode_source(std::string_view key, std::string_view value) {
  Reader in(key, value);
  SourceEntry entry;
  entry.sequence = in.number();
  entry.version = in.number();
  return in.whole() ? Result<SourceEntry>(entry) : damaged("source entry");
}

}  // namespace cowrite::storage
