// Stored values with a right checksum: any bytes are refused as damaged, or are what the encoder
// makes of the value.
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
  const bool segment =
      size > 0 && data[0] == static_cast<std::uint8_t>(storage::RecordTag::kSegment);
  const auto records = storage::decode_entry(key, value);
  CHECK(!records.has_value() || value == (segment ? storage::encode_segment(key, *records)
                                                  : storage::encode_record(key, records->front())));
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
