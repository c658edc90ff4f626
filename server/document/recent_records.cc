#include "server/document/recent_records.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"
#include "server/document/limits.h"
#include "server/document/rebase.h"

namespace cowrite::document {
namespace {

std::size_t components(const storage::Change& change) {
  const auto* const edit = std::get_if<storage::Edit>(&change);
  return edit ? edit->operation.size() : 0;
}

constexpr ot::HistoryBlocks::Limits kShapes{.operations = kShapesMax, .bytes = kShapesBytesMax};

}  // namespace

RecentRecords::RecentRecords(std::uint64_t version) : end_(version), edits_begin_(version) {}

std::vector<RecordPtr> RecentRecords::since(std::uint64_t version, std::size_t bytes_max) const {
  CHECK(version >= begin() && version <= end_);
  std::vector<RecordPtr> records;
  std::size_t bytes = 0;
  for (; version < end_ && bytes < bytes_max; ++version) {
    records.push_back(at(version));
    bytes += record_bytes(*records.back());
  }
  return records;
}

std::uint64_t RecentRecords::bytes(std::uint64_t from, std::uint64_t to) const {
  CHECK(begin() <= from && from <= to && to <= end_);
  return before(to).bytes - before(from).bytes;
}

std::uint64_t RecentRecords::components(std::uint64_t from, std::uint64_t to) const {
  CHECK(begin() <= from && from <= to && to <= end_);
  return before(to).components - before(from).components;
}

const RecentRecords::Sums& RecentRecords::before(std::uint64_t version) const {
  return version == end_ ? ever_ : before_[dropped_ + (version - begin())];
}

std::size_t RecentRecords::memory_bytes() const {
  // Its pointer, its sums, its count of owners, its block of memory.
  constexpr std::size_t kPerRecord = 80;
  return bytes_ + size() * kPerRecord + (blocks_ ? blocks_->bytes() : 0);
}

const RecordPtr& RecentRecords::at(std::uint64_t version) const {
  CHECK(version >= begin() && version < end_);
  return records_[dropped_ + (version - begin())];
}

std::vector<RecordPtr> RecentRecords::since(std::uint64_t version) const {
  CHECK(version >= begin() && version <= end_);
  return {records_.end() - static_cast<std::ptrdiff_t>(end_ - version), records_.end()};
}

// ---- Coming and going

void RecentRecords::push(RecordPtr record) {
  CHECK(record->version == end_);
  before_.push_back(ever_);
  const std::size_t bytes = record_bytes(*record);
  const std::size_t components_of_it = document::components(record->change);
  bytes_ += bytes;
  ever_.bytes += bytes;
  ever_.components += components_of_it;
  ++end_;
  if (!std::holds_alternative<storage::Edit>(record->change)) edits_begin_ = end_;
  unlearned_ += components_of_it;
  records_.push_back(std::move(record));
  if (unlearned_ > kUnlearnedComponentsMax) learn_shapes(end_);
}

void RecentRecords::trim() {
  while (!empty() && (size() > kRecentRecordsMax || bytes_ > kRecentBytesMax)) {
    if (begin() >= edits_begin_) learn_shapes(begin() + 1);
    drop_oldest();
  }
}

bool RecentRecords::shed() {
  if (memory_bytes() < 2 * kRecentBytesWhenScarce) return false;
  while (!empty() && bytes_ > kRecentBytesWhenScarce) drop_oldest();
  forget_shapes();
  return true;
}

// Their places are given up when they are half of all.
void RecentRecords::drop_oldest() {
  bytes_ -= record_bytes(*records_[dropped_]);
  records_[dropped_++].reset();
  if (dropped_ < size()) return;
  const auto dropped = static_cast<std::ptrdiff_t>(dropped_);
  records_.erase(records_.begin(), records_.begin() + dropped);
  records_.shrink_to_fit();
  before_.erase(before_.begin(), before_.begin() + dropped);
  before_.shrink_to_fit();
  dropped_ = 0;
}

// ---- Rebasing

std::uint64_t RecentRecords::reach() {
  learn_shapes(end_);
  return blocks_->begin();
}

void RecentRecords::learn_shapes(std::uint64_t to) {
  if (!has_shapes()) {
    forget_shapes();
    blocks_.emplace(std::max(edits_begin_, begin()), kShapes);
  }
  while (blocks_->end() < to) {
    blocks_->push(std::get<storage::Edit>(at(blocks_->end())->change).operation);
  }
  if (to == end_) unlearned_ = 0;
}

void RecentRecords::forget_shapes() {
  work_ = work();
  blocks_.reset();
}

ot::Operation RecentRecords::rebase(ot::Operation operation, std::uint64_t from, std::uint64_t to) {
  learn_shapes(end_);
  return blocks_->rebase(std::move(operation), from, to);
}

Result<void> RecentRecords::rebase_over(std::uint64_t version, storage::Change& change) {
  const storage::Record& record = *at(version);
  work_ += document::components(change) + document::components(record.change) + kRebaseWork;
  return document::rebase(change, record);
}

}  // namespace cowrite::document
