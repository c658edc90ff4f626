// Stored values with a right checksum: any bytes are refused as damaged, or are what the encoder
// makes of the value. A segment has many forms, so there it is enough that the encoder's holds the
// same records.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/check.h"
#include "storage/format/checksum.h"
#include "storage/format/encoding.h"
#include "storage/format/segment.h"

namespace {

namespace storage = cowrite::storage;

std::string with_checksum(std::string_view key, std::string value) {
  const std::uint32_t sum = storage::crc32c(value, storage::crc32c(key));
  for (int shift = 0; shift < 32; shift += 8) value.push_back(static_cast<char>(sum >> shift));
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string key = storage::version_key(1, 7);
  const std::string value =
      with_checksum(key, std::string(reinterpret_cast<const char*>(data), size));
  const auto tag = static_cast<storage::RecordTag>(size > 0 ? data[0] : 0);
  const bool segment =
      tag == storage::RecordTag::kSegment || tag == storage::RecordTag::kOldSegment;
  const auto records = storage::decode_entry(key, value);
  CHECK(!records.has_value() || segment || value == storage::encode_record(key, records->front()));
  for (const auto effort : {storage::Effort::kNone, storage::Effort::kQuick}) {
    if (!records.has_value() || !segment) break;
    const auto again = storage::decode_entry(key, storage::encode_segment(key, *records, effort));
    CHECK(again.has_value() && *again == *records);
  }
  const auto extent = storage::decode_extent(key, value);
  CHECK(!records.has_value() ||
        (extent.has_value() && extent->to - extent->from == records->size() &&
         extent->first_ms == records->front().time_ms &&
         extent->last_ms == records->back().time_ms));
  const auto checkpoint = storage::decode_checkpoint(key, value);
  CHECK(!checkpoint.has_value() ||
        storage::encode_checkpoint(key, checkpoint->snapshot, checkpoint->chain) == value);
  const auto chain = storage::decode_chain(key, value);
  CHECK(!chain.has_value() || storage::encode_chain(key, *chain) == value);
  const auto head = storage::decode_head(key, value);
  CHECK(!head.has_value() || storage::encode_head(key, *head) == value);
  const auto source = storage::decode_source(key, value);
  CHECK(!source.has_value() || storage::encode_source(key, *source) == value);
  return 0;
}
