// Head: what the meta table tells of a document beside its name. Written in one batch with the
// records that change it, so that a listing reads nothing else.
#pragma once

#include <cstdint>

#include "storage/format/keys.h"

namespace cowrite::storage {

struct Head {
  DocumentNumber number = 0;
  // At least 1 where it is stored: a document begins with its first record.
  std::uint64_t version = 0;
  // Records before this one were erased for good; at this version there is no document.
  std::uint64_t erased = 0;
  bool exists = false;
  std::uint64_t bytes = 0;      // Of the text; 0 if it does not exist.
  std::int64_t created_ms = 0;  // Time of its first record.
  std::int64_t changed_ms = 0;  // Time of its newest record.

  friend bool operator==(const Head&, const Head&) = default;
};

}  // namespace cowrite::storage
