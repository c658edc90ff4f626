// Tail: the newest records of an open document, dense, bounded in number and bytes. Older ones come
// from the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "server/document/exchange.h"

namespace cowrite::server {

class Tail {
 public:
  // Empty, at the end of a history of `version` records.
  explicit Tail(std::uint64_t version) : end_(version) {}

  // The records begin() <= version < end() are here.
  [[nodiscard]] std::uint64_t begin() const { return end_ - records_.size(); }
  [[nodiscard]] std::uint64_t end() const { return end_; }

  // REQUIRES: begin() <= version < end().
  [[nodiscard]] const RecordPtr& at(std::uint64_t version) const;
  // Records from <= version < to. REQUIRES: begin() <= from <= to <= end().
  [[nodiscard]] std::vector<RecordPtr> range(std::uint64_t from, std::uint64_t to) const;

  // REQUIRES: record->version == end().
  void push(RecordPtr record);
  // Drops the oldest beyond the limits (server/limits.h), but none from version `keep` on.
  void trim(std::uint64_t keep);

 private:
  std::deque<RecordPtr> records_;
  std::uint64_t end_;
  std::size_t bytes_ = 0;
};

// About what a record takes in memory, for limits.
[[nodiscard]] std::size_t record_bytes(const storage::Record& record);
[[nodiscard]] std::size_t change_bytes(const storage::Change& change);

}  // namespace cowrite::server
