// RecentRecords: the part of a document's history that is kept in memory: its newest records,
// dense, bounded in number and bytes; and of many more edits their shapes, enough to rebase a
// submission over them at once (ot/history_blocks.h). Everything older comes from the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ot/base/result.h"
#include "ot/history_blocks.h"
#include "server/document/messages.h"

namespace cowrite::document {

class RecentRecords {
 public:
  // Empty, at the end of a history of `version` records.
  explicit RecentRecords(std::uint64_t version);

  // The records begin() <= version < end() are here.
  [[nodiscard]] std::uint64_t begin() const { return end_ - size(); }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] std::size_t size() const { return records_.size() - dropped_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // REQUIRES: begin() <= version < end().
  [[nodiscard]] const RecordPtr& at(std::uint64_t version) const;
  // The records from this version on. REQUIRES: begin() <= version <= end().
  [[nodiscard]] std::vector<RecordPtr> since(std::uint64_t version) const;
  // The same, but not much more than so many bytes of them, and one at least if there is any.
  [[nodiscard]] std::vector<RecordPtr> since(std::uint64_t version, std::size_t bytes_max) const;

  // As record_bytes() has them, and of edits, of the records from <= version < to. REQUIRES:
  // begin() <= from <= to <= end().
  [[nodiscard]] std::uint64_t bytes(std::uint64_t from, std::uint64_t to) const;
  [[nodiscard]] std::uint64_t components(std::uint64_t from, std::uint64_t to) const;

  // About what all of it takes in memory.
  [[nodiscard]] std::size_t memory_bytes() const;

  // The records from here to end() are edits, and their shapes are known. May be before begin() or
  // after it. Learns the shapes that it does not know yet, for which older ones may have to go.
  [[nodiscard]] std::uint64_t reach();
  // The operation, made at version `from`, as it is to be made at version `to`. REQUIRES: reach()
  // <= from <= to <= end() at this moment, and what HistoryBlocks::rebase() requires.
  [[nodiscard]] ot::Operation rebase(ot::Operation operation, std::uint64_t from, std::uint64_t to);

  // Rewrites the change, made at this version, to be made after the record there. Fails if that
  // forbids it. REQUIRES: begin() <= version < end().
  [[nodiscard]] Result<void> rebase_over(std::uint64_t version, storage::Change& change);
  // How much all rebasing has cost, in components.
  [[nodiscard]] std::uint64_t work() const { return work_ + (blocks_ ? blocks_->work() : 0); }

  // Drops all but the newest records, of kRecentBytesWhenScarce, and the shapes of those before.
  // False if there is hardly anything to drop.
  bool shed();

  // REQUIRES: record->version == end().
  void push(RecordPtr record);
  // Drops the oldest records beyond the limits (limits.h). Their shapes stay as long as the blocks'
  // own limits let them.
  void trim();

 private:
  // Of all records that ever were here, up to one.
  struct Sums {
    std::uint64_t bytes = 0;
    std::uint64_t components = 0;
  };
  [[nodiscard]] const Sums& before(std::uint64_t version) const;
  void drop_oldest();
  // Nearly all submissions pass a few records one by one, so shapes are learned when they are
  // needed, or when their records leave, or when there is much to learn.
  void learn_shapes(std::uint64_t to);
  [[nodiscard]] bool has_shapes() const { return blocks_ && blocks_->end() >= edits_begin_; }
  void forget_shapes();

  std::vector<RecordPtr> records_;
  std::vector<Sums> before_;  // Of each of them.
  std::size_t dropped_ = 0;   // Of the first of them; they are null.
  std::uint64_t end_;
  std::size_t bytes_ = 0;
  Sums ever_;
  std::size_t unlearned_ = 0;  // Components of the records whose shapes are not known, at most.
  std::uint64_t work_ = 0;     // Without that of blocks_.
  std::uint64_t edits_begin_;  // Behind the last record that is no edit.
  std::optional<ot::HistoryBlocks> blocks_;
};

}  // namespace cowrite::document
