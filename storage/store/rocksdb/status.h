// RocksDB's words for bytes and failures, and ours.
#pragma once

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "storage/errors.h"

namespace cowrite::storage::rocks {

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view bytes_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

inline Error error_of(const rocksdb::Status& status, const std::string& what) {
  const bool damaged = status.IsCorruption();
  return {damaged ? kErrDamaged : kErrIo, what + ": " + status.ToString()};
}

inline Error unreadable(const rocksdb::Status& status, const std::string& folder) {
  return error_of(status, "cannot read folder " + folder);
}

inline Error interrupted(const std::string& what) {
  return {kErrBusy, what + ": the program is ending"};
}

inline Error no_data(const std::string& folder) {
  return {kErrNotFound, "folder " + folder + " holds no cowrite data"};
}

inline Error foreign(const std::string& folder) {
  return {kErrForeign, "folder " + folder +
                           " holds other files than cowrite's; choose an empty or a new folder"};
}

}  // namespace cowrite::storage::rocks
