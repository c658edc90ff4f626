#include "storage/format/keys.h"

#include <cstddef>
#include <utility>

#include "storage/errors.h"

namespace cowrite::storage {
namespace {

constexpr char kChainValue = 'c';
constexpr char kDocumentName = 'd';

// Inside a collection a zero byte is followed by kZeroEscaped; kCollectionEnd after a zero byte
// ends it, and sorts before everything that could go on, so that a collection sorts before those
// that it begins.
constexpr char kZeroEscaped = '\xFF';
constexpr char kCollectionEnd = '\x01';

void append_big_endian(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  return number;
}

Error damaged_name() { return {kErrDamaged, "a stored document name is damaged"}; }

}  // namespace

std::string document_name_key(const DocumentKey& key) {
  std::string out;
  out.reserve(key.collection().size() + key.id().size() + 3);
  out += kDocumentName;
  for (const char c : key.collection()) {
    out += c;
    if (c == '\0') out += kZeroEscaped;
  }
  out += '\0';
  out += kCollectionEnd;
  out += key.id();
  return out;
}

Result<DocumentKey> decode_document_name_key(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kDocumentName) return damaged_name();
  std::string collection;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    if (bytes[i] != '\0') {
      collection += bytes[i];
      continue;
    }
    if (++i == bytes.size()) return damaged_name();
    if (bytes[i] == kCollectionEnd) {
      return DocumentKey(std::move(collection), std::string(bytes.substr(i + 1)));
    }
    if (bytes[i] != kZeroEscaped) return damaged_name();
    collection += '\0';
  }
  return damaged_name();
}

KeyRange document_names_from(const DocumentKey& first) {
  KeyRange range = all_document_names();
  range.from = document_name_key(first);
  return range;
}

KeyRange all_document_names() {
  return {std::string(1, kDocumentName), std::string(1, kDocumentName + 1)};
}

std::string version_key(DocumentNumber number, std::uint64_t version) {
  std::string out;
  out.reserve(16);
  append_big_endian(out, number);
  append_big_endian(out, version);
  return out;
}

Result<VersionKey> decode_version_key(std::string_view bytes) {
  if (bytes.size() != 16) return Error{kErrDamaged, "the key of a stored version is damaged"};
  return VersionKey{read_big_endian(bytes.substr(0, 8)), read_big_endian(bytes.substr(8))};
}

KeyRange versions(DocumentNumber number, std::uint64_t from, std::uint64_t to) {
  return {version_key(number, from), version_key(number, to)};
}

std::string chain_key(DocumentNumber number, std::uint64_t version) {
  return kChainValue + version_key(number, version);
}

KeyRange chain_values(DocumentNumber number, std::uint64_t from, std::uint64_t to) {
  return {chain_key(number, from), chain_key(number, to)};
}

std::string_view chain_place(std::string_view key) {
  return key.empty() || key.front() != kChainValue ? std::string_view() : key.substr(1);
}

std::string source_key(DocumentNumber number, std::string_view source) {
  std::string out;
  out.reserve(8 + source.size());
  append_big_endian(out, number);
  out += source;
  return out;
}

KeyRange sources(DocumentNumber number) {
  return {source_key(number, {}), source_key(number + 1, {})};
}

DocumentNumber document_number(std::string_view key) {
  CHECK(key.size() >= 8);
  return read_big_endian(key.substr(0, 8));
}

}  // namespace cowrite::storage
