// Stored values with a right checksum: any bytes are refused as damaged, or are what the encoder
// makes of the value.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ot/check.h"
#include "storage/format/checksum.h"
#include "storage/format/encoding.h"

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
  const auto record = storage::decode_record(key, value);
  CHECK(!record.has_value() || storage::encode_record(key, *record) == value);
  const auto time_ms = storage::decode_record_time(key, value);
  CHECK(!record.has_value() || (time_ms.has_value() && *time_ms == record->time_ms));
  const auto checkpoint = storage::decode_checkpoint(key, value);
  CHECK(!checkpoint.has_value() || storage::encode_checkpoint(key, *checkpoint) == value);
  const auto head = storage::decode_head(key, value);
  CHECK(!head.has_value() || storage::encode_head(key, *head) == value);
  const auto source = storage::decode_source(key, value);
  CHECK(!source.has_value() || storage::encode_source(key, *source) == value);
  return 0;
}
