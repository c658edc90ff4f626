// History: the records of one document as the server tells them, and the text as it gives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ot/base/result.h"
#include "ot/rope/rope.h"
#include "tools/load/verification/operation_digest.h"
#include "tools/load/wire/wire.h"

namespace cowrite::load {

struct HistoryRecord {
  std::size_t source = 0;  // In History::sources.
  std::uint64_t sequence = 0;
  std::uint64_t hash = 0;     // hash_of().
  std::uint64_t inserts = 0;  // hash_of_inserts().
};

class History {
 public:
  // The next record. Fails with kErrProtocol if it is another version, does not fit the text, or is
  // neither the creation, as record 0, nor an edit.
  [[nodiscard]] Result<void> add(const ServerMessage& record);
  // The newest text, as the server gives it. Fails with kErrProtocol if it is at another version.
  [[nodiscard]] Result<void> finish(const WireSnapshot& newest);

  // Record v is that of version v; the first is the creation.
  [[nodiscard]] const std::vector<HistoryRecord>& records() const { return records_; }
  [[nodiscard]] const std::vector<std::string>& sources() const { return sources_; }
  [[nodiscard]] std::uint64_t version() const { return records_.size(); }
  [[nodiscard]] std::uint64_t first_text() const { return first_text_; }  // hash_of().
  // Of all records but the creation.
  [[nodiscard]] const OperationDigest& digest() const { return digest_; }
  // All records applied one after the other; and the text that the server gives.
  [[nodiscard]] const ot::Rope& replayed() const { return replayed_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::size_t number_of(std::string_view source);

  std::vector<HistoryRecord> records_;
  std::vector<std::string> sources_;
  std::unordered_map<std::string, std::size_t> source_numbers_;
  OperationDigest digest_{1};
  std::uint64_t first_text_ = 0;
  ot::Rope replayed_;
  std::string text_;
};

}  // namespace cowrite::load
