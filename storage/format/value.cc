#include "storage/format/value.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "ot/base/utf8.h"
#include "ot/base/varint.h"
#include "ot/encoding.h"
#include "storage/errors.h"
#include "storage/format/checksum.h"

namespace cowrite::storage {
namespace {

constexpr std::size_t kChecksumBytes = 4;

}  // namespace

void put_signed(std::int64_t number, std::string& out) {
  const auto bits = static_cast<std::uint64_t>(number);
  ot::put_varint(bits << 1 ^ (number < 0 ? ~std::uint64_t{0} : 0), out);
}

void put_string(std::string_view text, std::string& out) {
  ot::put_varint(text.size(), out);
  out += text;
}

void put_checksum(std::string_view key, std::string& value) {
  const std::uint32_t sum = crc32c(value, crc32c(key));
  for (int shift = 0; shift < 32; shift += 8) value.push_back(static_cast<char>(sum >> shift));
}

Error damaged_value(std::string_view what) {
  return {kErrDamaged, "a stored " + std::string(what) + " is damaged"};
}

Error newer_kind(std::string_view what) {
  return {kErrNewerKind, "a stored " + std::string(what) +
                             " is of a kind that this program does not know; use a newer release"};
}

ValueReader::ValueReader(std::string_view key, std::string_view value) {
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

std::uint8_t ValueReader::byte() {
  const std::string_view one = bytes(1);
  return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
}

bool ValueReader::boolean() {
  const std::uint8_t answer = byte();
  failed_ = failed_ || answer > 1;
  return answer == 1;
}

std::uint64_t ValueReader::number() {
  const std::optional<std::uint64_t> number = failed_ ? std::nullopt : ot::take_varint(rest_);
  failed_ = failed_ || !number;
  return number.value_or(0);
}

std::int64_t ValueReader::signed_number() {
  const std::uint64_t bits = number();
  return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
}

std::string_view ValueReader::bytes(std::uint64_t count) {
  if (failed_ || count > rest_.size()) {
    failed_ = true;
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::string_view ValueReader::text(std::uint64_t count) {
  const std::string_view text = bytes(count);
  failed_ = failed_ || !ot::utf8::is_valid(text);
  return failed_ ? std::string_view() : text;
}

ot::Operation ValueReader::operation() {
  Result<ot::Operation> operation =
      failed_ ? Result<ot::Operation>(ot::Operation()) : ot::decode(rest_);
  failed_ = failed_ || !operation;
  return operation ? *std::move(operation) : ot::Operation();
}

}  // namespace cowrite::storage
