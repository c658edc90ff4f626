// DocumentKey: the name of a document, a pair of two arbitrary byte strings. Never joined with a
// separator: ("a.b", "c") and ("a", "b.c") are two documents.
//
// Interned: the copies of a key share one immutable name, whose hash is computed once, when the key
// is made. So keys are cheap to copy, to hash and to send to other threads.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ot/base/result.h"

namespace cowrite::storage {

class DocumentKey {
 public:
  // The key of two empty strings.
  DocumentKey();
  DocumentKey(std::string collection, std::string id);

  [[nodiscard]] const std::string& collection() const { return name_->collection; }
  [[nodiscard]] const std::string& id() const { return name_->id; }
  // hash_of_channel(collection + '.' + id): a document and its presence channel have one hash.
  [[nodiscard]] std::size_t hash() const { return name_->hash; }

  friend bool operator==(const DocumentKey& a, const DocumentKey& b) {
    return a.name_ == b.name_ ||
           (a.hash() == b.hash() && a.id() == b.id() && a.collection() == b.collection());
  }
  // By collection, then by id.
  friend std::strong_ordering operator<=>(const DocumentKey& a, const DocumentKey& b);

 private:
  struct Name {
    std::string collection;
    std::string id;
    std::size_t hash = 0;
  };
  std::shared_ptr<const Name> name_;  // Never null, but in a key that was moved from.
};

// The hash of a presence channel's name (seeded_hash.h): another one in every process.
[[nodiscard]] std::size_t hash_of_channel(const std::string& channel);

// The next name after the document's that any document could have.
[[nodiscard]] DocumentKey key_after(const DocumentKey& key);

// The document's name in a message, collection/id, with control characters written out.
[[nodiscard]] std::string describe(const DocumentKey& key);

// The same error, with the document's name before its message.
[[nodiscard]] Error about(const DocumentKey& key, const Error& error);

}  // namespace cowrite::storage

template <>
struct std::hash<cowrite::storage::DocumentKey> {
  std::size_t operator()(const cowrite::storage::DocumentKey& key) const noexcept {
    return key.hash();
  }
};
