#include "storage/document_key.h"

#include <cstdint>
#include <utility>

#include "storage/seeded_hash.h"

namespace cowrite::storage {
namespace {

void append_printable(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += c;
    }
  }
}

}  // namespace

DocumentKey::DocumentKey() {
  static const std::shared_ptr<const Name> kEmpty =
      std::make_shared<const Name>(Name{{}, {}, hash_of_channel(".")});
  name_ = kEmpty;
}

DocumentKey::DocumentKey(std::string collection, std::string id) {
  const std::size_t hash = hash_of_channel(collection + '.' + id);
  name_ = std::make_shared<const Name>(Name{std::move(collection), std::move(id), hash});
}

std::strong_ordering operator<=>(const DocumentKey& a, const DocumentKey& b) {
  if (a.name_ == b.name_) return std::strong_ordering::equal;
  const std::strong_ordering order = a.collection() <=> b.collection();
  return order == 0 ? a.id() <=> b.id() : order;
}

std::size_t hash_of_channel(const std::string& channel) { return seeded_hash(channel); }

DocumentKey key_after(const DocumentKey& key) { return {key.collection(), key.id() + '\0'}; }

std::string describe(const DocumentKey& key) {
  std::string out;
  append_printable(out, key.collection());
  out += '/';
  append_printable(out, key.id());
  return out;
}

Error about(const DocumentKey& key, const Error& error) {
  return {error.code, describe(key) + ": " + error.message};
}

}  // namespace cowrite::storage
