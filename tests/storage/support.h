// What the tests of storage/ share: a folder for a test, and documents that are written record by
// record and remember every text they had.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "storage/operation_log.h"
#include "storage/read/verify.h"
#include "storage/rocksdb_log.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// A new folder, removed with the test.
class TempFolder {
 public:
  TempFolder();
  explicit TempFolder(const std::string& parent);
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const;

 private:
  std::string path_;
};

// Makes the records of one document, and knows the document at each version.
class Author {
 public:
  explicit Author(DocumentKey key) : key_(std::move(key)), snapshots_(1) {}

  Author& create(std::string text) { return add(Create{std::move(text)}); }
  Author& insert(std::uint64_t position, std::string_view text);
  Author& erase(std::uint64_t position, std::uint64_t count);
  Author& remove() { return add(Delete{}); }
  // Who writes the next records, and how many milliseconds after the last one.
  Author& as(std::string source) { return source_ = std::move(source), *this; }
  Author& later(std::int64_t milliseconds) { return time_ms_ += milliseconds, *this; }

  // All that was added since the last call, as one batch.
  [[nodiscard]] Append take();
  // The first of them alone, which is then an entry of its own. REQUIRES: has_more().
  [[nodiscard]] Append take_one();
  [[nodiscard]] bool has_more() const { return taken_ < records_.size(); }

  [[nodiscard]] const DocumentKey& key() const { return key_; }
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  [[nodiscard]] const std::vector<Snapshot>& snapshots() const { return snapshots_; }
  [[nodiscard]] const Snapshot& newest() const { return snapshots_.back(); }

 private:
  Author& add(Change change);
  [[nodiscard]] Append take_until(std::size_t end);

  DocumentKey key_;
  std::string source_ = "ann";
  std::int64_t time_ms_ = 1'000;
  std::vector<Record> records_;
  std::vector<Snapshot> snapshots_;  // snapshots_[v] is version v.
  std::size_t taken_ = 0;
};

// One record more: one of two people puts `text()` in somewhere, or deletes a character.
void write_record(Author& author, std::mt19937_64& random,
                  const std::function<std::string()>& text);

// Appends and waits for the outcome.
AppendOutcome append(OperationLog& log, Append append);
// Queues a single one.
void append(CommitThread& commits, Append append, std::function<void(AppendOutcome)> done);

std::unique_ptr<RocksDbLog> open_in_memory();
std::unique_ptr<RocksDbLog> open_folder(const std::string& folder);

// The newest record of a source; absent if it has none.
Result<std::optional<SourceEntry>> newest_of(const History& history, const DocumentKey& key,
                                             const std::string& source);

// verify(), to its end.
Result<Proof> prove(const Store& store, const DocumentKey& key);

// A disk that is never low, and a bound that nothing meets.
const DiskReserve& ample_disk();
inline constexpr std::size_t kAmpleBytes = std::size_t{1} << 30;

// All bytes of a file; none if there is no such file.
std::string read_file(const std::string& path);

// On a commit thread of its own, which ends with it.
AppendOutcome append(Store& store, Append append);

// By somebody who remembers nothing of what was packed before.
Result<void> archive(Store& store, const DocumentKey& key, const Snapshot& snapshot);
Result<void> pack(Store& store, const DocumentKey& key, std::uint64_t version);

// Holds a thread of the log's inside a callback until the test lets it go on.
class Gate {
 public:
  // For the callback.
  [[nodiscard]] std::function<void()> pass() {
    return [this] {
      reached_.set_value();
      opened_.get_future().wait();
    };
  }
  // For the test.
  void wait_until_reached() { reached_.get_future().wait(); }
  void open() { opened_.set_value(); }

 private:
  std::promise<void> reached_;
  std::promise<void> opened_;
};

// What no writer of ours does: one entry changed by itself.
void put(Store& store, Table table, std::string_view key, std::string_view value);
void erase(Store& store, Table table, std::string_view key);

bool same(const Snapshot& left, const Snapshot& right);

}  // namespace cowrite::storage
