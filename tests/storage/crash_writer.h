// What crash_writer appends, so that the test knows it too: every record follows from its document
// and version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/operation_log.h"

namespace cowrite::storage {

inline constexpr std::size_t kCrashDocuments = 5;

inline DocumentKey crash_document(std::size_t document) {
  return {"docs", "document " + std::to_string(document)};
}

// An empty document at first, then eight characters more with each record.
inline Record crash_record(std::size_t document, std::uint64_t version) {
  Record record;
  record.version = version;
  record.source = "source " + std::to_string(document);
  record.sequence = version + 1;
  record.time_ms = static_cast<std::int64_t>(version);
  if (version == 0) {
    record.change = Create{};
  } else {
    ot::OperationBuilder operation;
    operation.insert(std::to_string(10'000'000 + version));
    record.change = Edit{std::move(operation).build()};
  }
  return record;
}

// One to three records.
inline Append crash_append(std::size_t document, std::uint64_t version) {
  std::vector<Record> records;
  for (std::uint64_t i = 0; i <= version % 3; ++i) {
    records.push_back(crash_record(document, version + i));
  }
  Append append;
  append.key = crash_document(document);
  append.expected_version = version;
  append.bytes_after = 8 * (version + records.size() - 1);
  append.records = std::make_shared<const std::vector<Record>>(std::move(records));
  append.exists_after = true;
  return append;
}

}  // namespace cowrite::storage
