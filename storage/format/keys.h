// Keys of the store. FORMAT.md has the grammar.
//
// A document's name, two arbitrary byte strings, stands in one key of the meta table only; there it
// is given a number, and everything else of the document is keyed by that number. So record keys
// are short, and the records of one document are one range, in version order. Keys sort as what
// they are made of: documents as DocumentKey, records by version.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/format/key_range.h"

namespace cowrite::storage {

// A document's number, from 1.
using DocumentNumber = std::uint64_t;

// Table meta. Injective and order-preserving for all byte strings.
[[nodiscard]] std::string document_name_key(const DocumentKey& key);
[[nodiscard]] Result<DocumentKey> decode_document_name_key(std::string_view bytes);
// The names of all documents from `first` on.
[[nodiscard]] KeyRange document_names_from(const DocumentKey& first);
[[nodiscard]] KeyRange all_document_names();

// Tables records and checkpoints.
[[nodiscard]] std::string version_key(DocumentNumber number, std::uint64_t version);
struct VersionKey {
  DocumentNumber number = 0;
  std::uint64_t version = 0;
};
[[nodiscard]] Result<VersionKey> decode_version_key(std::string_view bytes);
// The keys of one document's versions from <= version < to.
[[nodiscard]] KeyRange versions(DocumentNumber number, std::uint64_t from, std::uint64_t to);

// Table meta: where the chain's value after so many records stands.
[[nodiscard]] std::string chain_key(DocumentNumber number, std::uint64_t version);
// The values at from <= version < to.
[[nodiscard]] KeyRange chain_values(DocumentNumber number, std::uint64_t from, std::uint64_t to);
// The version_key() in a key of the chain; empty if the key is none.
[[nodiscard]] std::string_view chain_place(std::string_view key);

// Table sources.
[[nodiscard]] std::string source_key(DocumentNumber number, std::string_view source);
// The keys of all sources of one document.
[[nodiscard]] KeyRange sources(DocumentNumber number);

// The document that a key of the tables records, checkpoints and sources is about. REQUIRES: it is
// from one of them, or longer than 8 bytes.
[[nodiscard]] DocumentNumber document_number(std::string_view key);

}  // namespace cowrite::storage
