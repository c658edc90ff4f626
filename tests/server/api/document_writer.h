// Writes documents into a log, record by record, for tests that read them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "ot/operation.h"
#include "storage/operation_log.h"
#include "storage/timestamp.h"

namespace cowrite::server {

class DocumentWriter {
 public:
  // REQUIRES: the log outlives this, and nobody else writes the document.
  DocumentWriter(storage::OperationLog& log, storage::DocumentKey key)
      : log_(log), key_(std::move(key)) {}

  // Who makes the next records, and when; RFC 3339.
  DocumentWriter& by(std::string author) { return author_ = std::move(author), *this; }
  DocumentWriter& at(std::string_view time) { return time_ms_ = *storage::parse_time(time), *this; }

  // Each appends a record and waits until it is committed.
  DocumentWriter& create(std::string text) { return append(storage::Create{std::move(text)}); }
  DocumentWriter& insert(std::uint64_t position, std::string_view text);
  DocumentWriter& erase(std::uint64_t position, std::uint64_t count);
  DocumentWriter& edit(ot::Operation operation) {
    return append(storage::Edit{std::move(operation)});
  }
  DocumentWriter& remove() { return append(storage::Delete{}); }

 private:
  DocumentWriter& append(storage::Change change);

  storage::OperationLog& log_;
  storage::DocumentKey key_;
  std::string author_;
  std::int64_t time_ms_ = 0;
  storage::Snapshot newest_;
};

}  // namespace cowrite::server
