#include "storage/format/encoding.h"

#include <algorithm>
#include <variant>

#include "ot/base/varint.h"
#include "ot/encoding.h"

namespace cowrite::storage {
namespace {

// Whether a document exists; the last is that of a checkpoint's that is no plain text.
constexpr char kNo = 0;
constexpr char kYes = 1;
constexpr char kTyped = 2;

RecordTag tag_of(const Change& change) {
  if (std::holds_alternative<Create>(change)) return RecordTag::kCreate;
  return std::holds_alternative<Edit>(change) ? RecordTag::kEdit : RecordTag::kDelete;
}

Change take_change(RecordTag tag, ValueReader& in) {
  switch (tag) {
    case RecordTag::kCreate:
      return Create{std::string(in.text(in.number()))};
    case RecordTag::kEdit:
      return Edit{in.operation()};
    case RecordTag::kDelete:
      return Delete{};
    case RecordTag::kOldSegment:
    case RecordTag::kSegment:
    case RecordTag::kTypedCreate:
    case RecordTag::kTypedEdit:
      break;
  }
  in.fail();
  return Delete{};
}

void put_chain(const ChainValue& chain, std::string& out) {
  out.append(reinterpret_cast<const char*>(chain.data()), chain.size());
}

ChainValue take_chain(ValueReader& in) {
  ChainValue chain{};
  const std::string_view bytes = in.bytes(chain.size());
  std::ranges::transform(bytes, chain.begin(),
                         [](char byte) { return static_cast<std::uint8_t>(byte); });
  return chain;
}

}  // namespace

std::string encode_head(std::string_view key, const Head& head) {
  std::string out;
  out.reserve(48);
  ot::put_varint(head.number, out);
  ot::put_varint(head.version, out);
  ot::put_varint(head.erased, out);
  out += head.exists ? kYes : kNo;
  ot::put_varint(head.bytes, out);
  put_signed(head.created_ms, out);
  put_signed(head.changed_ms, out);
  put_checksum(key, out);
  return out;
}

Result<Head> decode_head(std::string_view key, std::string_view value) {
  ValueReader in(key, value);
  Head head;
  head.number = in.number();
  head.version = in.number();
  head.erased = in.number();
  head.exists = in.boolean();
  head.bytes = in.number();
  head.created_ms = in.signed_number();
  head.changed_ms = in.signed_number();
  const bool possible = head.number > 0 && head.version > 0 && head.erased <= head.version &&
                        (head.exists ? head.erased < head.version : head.bytes == 0);
  return in.whole() && possible ? Result<Head>(head) : damaged_value("document head");
}

void put_record(const Record& record, std::string& out) {
  out += static_cast<char>(tag_of(record.change));
  put_signed(record.time_ms, out);
  ot::put_varint(record.sequence, out);
  put_string(record.source, out);
  put_string(record.author, out);
  if (const auto* create = std::get_if<Create>(&record.change)) {
    put_string(create->text, out);
  } else if (const auto* edit = std::get_if<Edit>(&record.change)) {
    ot::encode(edit->operation, out);
  }
}

Record take_record(ValueReader& in) {
  Record record;
  const auto tag = static_cast<RecordTag>(in.byte());
  record.time_ms = in.signed_number();
  record.sequence = in.number();
  record.source = in.string();
  record.author = in.string();
  record.change = take_change(tag, in);
  return record;
}

std::string encode_record(std::string_view key, const Record& record) {
  std::string out;
  out.reserve(64 + record.source.size() + record.author.size());
  put_record(record, out);
  put_checksum(key, out);
  return out;
}

std::string encode_checkpoint(std::string_view key, const Snapshot& snapshot,
                              const ChainValue& chain) {
  std::string out;
  out.reserve(snapshot.text.bytes() + 64);
  out += snapshot.exists ? kYes : kNo;
  put_signed(snapshot.time_ms, out);
  put_chain(chain, out);
  snapshot.text.for_each_chunk([&out](std::string_view chunk) { out += chunk; });
  put_checksum(key, out);
  return out;
}

Result<Checkpoint> decode_checkpoint(std::string_view key, std::string_view value) {
  const Result<VersionKey> place = decode_version_key(key);
  if (!place) return place.error();
  ValueReader in(key, value);
  if (ValueReader ahead = in; ahead.byte() == kTyped) return newer_kind("checkpoint");
  Checkpoint checkpoint;
  Snapshot& snapshot = checkpoint.snapshot;
  snapshot.version = place->version;
  snapshot.exists = in.boolean();
  snapshot.time_ms = in.signed_number();
  checkpoint.chain = take_chain(in);
  const std::string_view text = in.text();
  if (!in.whole() || (!snapshot.exists && !text.empty()) || text.size() > ot::Rope::kBytesMax) {
    return damaged_value("checkpoint");
  }
  snapshot.text = ot::Rope(text);
  return checkpoint;
}

std::string encode_chain(std::string_view key, const ChainValue& chain) {
  std::string out;
  put_chain(chain, out);
  put_checksum(key, out);
  return out;
}

Result<ChainValue> decode_chain(std::string_view key, std::string_view value) {
  ValueReader in(key, value);
  const ChainValue chain = take_chain(in);
  return in.whole() ? Result<ChainValue>(chain) : damaged_value("chain value");
}

std::string encode_source(std::string_view key, const SourceEntry& entry) {
  std::string out;
  ot::put_varint(entry.sequence, out);
  ot::put_varint(entry.version, out);
  put_checksum(key, out);
  return out;
}

Result<SourceEntry> decode_source(std::string_view key, std::string_view value) {
  ValueReader in(key, value);
  SourceEntry entry;
  entry.sequence = in.number();
  entry.version = in.number();
  return in.whole() ? Result<SourceEntry>(entry) : damaged_value("source entry");
}

}  // namespace cowrite::storage
