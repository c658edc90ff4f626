// Writes documents into a log, record by record, for tests that read them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ot/operation.h"
#include "storage/operation_log.h"
#include "storage/timestamp.h"

namespace cowrite::storage {

class DocumentWriter {
 public:
  // REQUIRES: the log outlives this, and nobody else writes the document.
  DocumentWriter(OperationLog& log, DocumentKey key) : log_(log), key_(std::move(key)) {}

  // Who makes the next records, and when; RFC 3339.
  DocumentWriter& by(std::string author) { return author_ = std::move(author), *this; }
  DocumentWriter& at_ms(std::int64_t time_ms) { return time_ms_ = time_ms, *this; }
  DocumentWriter& at(std::string_view time) { return time_ms_ = *parse_time(time), *this; }

  // Each appends a record and waits until it is committed.
  DocumentWriter& create(std::string text) { return append(Create{std::move(text)}); }
  DocumentWriter& insert(std::uint64_t position, std::string_view text);
  DocumentWriter& erase(std::uint64_t position, std::uint64_t count);
  DocumentWriter& edit(ot::Operation operation) { return append(Edit{std::move(operation)}); }
  // `count` records in one batch, each of which adds "x" at the end.
  DocumentWriter& type(std::size_t count);
  DocumentWriter& remove() { return append(Delete{}); }

 private:
  DocumentWriter& append(Change change) { return append(std::vector{std::move(change)}); }
  DocumentWriter& append(std::vector<Change> changes);

  OperationLog& log_;
  DocumentKey key_;
  std::string author_;
  std::int64_t time_ms_ = 0;
  Snapshot newest_;
};

// Documents without text, all in flight at once.
void create_empty(OperationLog& log, const std::string& collection,
                  const std::vector<std::string>& ids);

}  // namespace cowrite::storage
