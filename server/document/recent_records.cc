#include "server/document/recent_records.h"

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

RecentRecords::RecentRecords(std::uint64_t version) : end_(version), blocks_(version, kShapes) {}

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

std::size_t RecentRecords::memory_bytes() const {
  constexpr std::size_t kPerRecord = 64;  // Its pointer, its count of owners, its block of memory.
  return bytes_ + records_.size() * kPerRecord + blocks_.bytes();
}

const RecordPtr& RecentRecords::at(std::uint64_t version) const {
  CHECK(version >= begin() && version < end_);
  return records_[version - begin()];
}

std::vector<RecordPtr> RecentRecords::since(std::uint64_t version) const {
  CHECK(version >= begin() && version <= end_);
  return {records_.begin() + static_cast<std::ptrdiff_t>(version - begin()), records_.end()};
}

bool RecentRecords::shed() {
  if (memory_bytes() < 2 * kRecentBytesWhenScarce) return false;
  while (!records_.empty() && bytes_ > kRecentBytesWhenScarce) {
    bytes_ -= record_bytes(*records_.front());
    records_.pop_front();
  }
  work_ += blocks_.work();
  blocks_ = ot::HistoryBlocks(begin(), kShapes);
  for (const RecordPtr& record : records_) learn_shape(*record);
  return true;
}

void RecentRecords::push(RecordPtr record) {
  CHECK(record->version == end_);
  bytes_ += record_bytes(*record);
  ++end_;
  learn_shape(*record);
  records_.push_back(std::move(record));
}

void RecentRecords::learn_shape(const storage::Record& record) {
  if (const auto* edit = std::get_if<storage::Edit>(&record.change)) {
    blocks_.push(edit->operation);
  } else {
    work_ += blocks_.work();
    blocks_ = ot::HistoryBlocks(record.version + 1, kShapes);
  }
}

ot::Operation RecentRecords::rebase(ot::Operation operation, std::uint64_t from, std::uint64_t to) {
  return blocks_.rebase(std::move(operation), from, to);
}

Result<void> RecentRecords::rebase_over(std::uint64_t version, storage::Change& change) {
  const storage::Record& record = *at(version);
  work_ += components(change) + components(record.change) + kRebaseWork;
  return document::rebase(change, record);
}

void RecentRecords::trim() {
  while (!records_.empty() && (records_.size() > kRecentRecordsMax || bytes_ > kRecentBytesMax)) {
    bytes_ -= record_bytes(*records_.front());
    records_.pop_front();
  }
}

}  // namespace cowrite::document
