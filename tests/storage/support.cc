#include "tests/storage/support.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <span>
#include <utility>

#include "storage/write/archive.h"
#include "storage/write/commit_thread.h"

namespace cowrite::storage {

TempFolder::TempFolder() : TempFolder(testing::TempDir()) {}

TempFolder::TempFolder(const std::string& parent) : path_(parent + "/cowrite-storage-XXXXXX") {
  CHECK(mkdtemp(path_.data()) != nullptr);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempFolder::operator/(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

Author& Author::insert(std::uint64_t position, std::string_view text) {
  ot::OperationBuilder operation;
  operation.retain(position).insert(text);
  return add(Edit{std::move(operation).build()});
}

Author& Author::erase(std::uint64_t position, std::uint64_t count) {
  ot::OperationBuilder operation;
  operation.retain(position).erase(count);
  return add(Edit{std::move(operation).build()});
}

Author& Author::add(Change change) {
  Record record;
  record.version = records_.size();
  record.source = source_;
  record.sequence = records_.size() + 1;
  record.author = "Ann";
  record.time_ms = time_ms_;
  record.change = std::move(change);
  Snapshot next = snapshots_.back();
  CHECK(apply(next, record));
  records_.push_back(std::move(record));
  snapshots_.push_back(std::move(next));
  return *this;
}

Append Author::take() { return take_until(records_.size()); }

Append Author::take_one() {
  CHECK(has_more());
  return take_until(taken_ + 1);
}

Append Author::take_until(std::size_t end) {
  Append append;
  append.key = key_;
  append.expected_version = taken_;
  append.records = std::make_shared<const std::vector<Record>>(
      records_.begin() + static_cast<std::ptrdiff_t>(taken_),
      records_.begin() + static_cast<std::ptrdiff_t>(end));
  append.exists_after = snapshots_[end].exists;
  append.bytes_after = snapshots_[end].text.bytes();
  taken_ = end;
  return append;
}

void write_record(Author& author, std::mt19937_64& random,
                  const std::function<std::string()>& text) {
  author.as(random() % 4 == 0 ? "ben" : "ann").later(static_cast<std::int64_t>(random() % 300));
  const std::uint64_t length = author.newest().text.code_points();
  if (!author.newest().exists) {
    author.create("é");
  } else if (random() % 4 == 0 && length > 1) {
    author.erase(random() % length, 1);
  } else {
    const std::uint64_t position = random() % (length + 1);
    author.insert(position, text());
  }
}

AppendOutcome append(OperationLog& log, Append append) {
  std::promise<AppendOutcome> outcome;
  log.append(std::move(append), [&outcome](AppendOutcome reached) { outcome.set_value(reached); });
  return outcome.get_future().get();
}

void append(CommitThread& commits, Append append, std::function<void(AppendOutcome)> done) {
  std::vector<Append> alone;
  alone.push_back(std::move(append));
  commits.append(std::move(alone), [done = std::move(done)](const CommitThread::Outcomes& reached) {
    done(reached.front());
  });
}

namespace {

std::unique_ptr<RocksDbLog> open_log(const std::string& folder, OpenMode mode) {
  Result<std::unique_ptr<RocksDbLog>> log = RocksDbLog::open(folder, mode);
  if (!log) {
    ADD_FAILURE() << log.error().message;
  }
  return *std::move(log);
}

}  // namespace

std::unique_ptr<RocksDbLog> open_in_memory() { return open_log("", OpenMode::kInMemory); }

std::unique_ptr<RocksDbLog> open_folder(const std::string& folder) {
  return open_log(folder, OpenMode::kReadWrite);
}

Result<std::optional<SourceEntry>> newest_of(const History& history, const DocumentKey& key,
                                             const std::string& source) {
  return history.sources(key, std::span(&source, 1), kIntegerMax).front();
}

Result<Proof> prove(const Store& store, const DocumentKey& key) {
  return verify(*store.view(), key, [](std::uint64_t) { return true; });
}

const DiskReserve& ample_disk() {
  static const DiskReserve disk([] { return kDiskReserveBytes; }, kDiskReserveBytes);
  return disk;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

AppendOutcome append(Store& store, Append append) {
  AppendOutcome outcome = AppendOutcome::kUnknown;
  const auto note = [&outcome](AppendOutcome reached) { outcome = reached; };
  {
    const auto commits = *CommitThread::start(store, ample_disk(), kAmpleBytes);
    storage::append(*commits, std::move(append), note);  // Its end waits for the append.
  }
  return outcome;
}

void put(Store& store, Table table, std::string_view key, std::string_view value) {
  WriteBatch batch;
  batch.put(table, key, value);
  CHECK(store.write(batch, Durability::kSynced));
}

void erase(Store& store, Table table, std::string_view key) {
  WriteBatch batch;
  batch.erase(table, key);
  CHECK(store.write(batch, Durability::kSynced));
}

bool same(const Snapshot& left, const Snapshot& right) {
  return left.version == right.version && left.exists == right.exists &&
         left.time_ms == right.time_ms && left.text == right.text;
}

Result<void> archive(Store& store, const DocumentKey& key, const Snapshot& snapshot) {
  OpenSegments segments;
  return archive(store, key, snapshot, segments);
}

Result<void> pack(Store& store, const DocumentKey& key, std::uint64_t version) {
  OpenSegments segments;
  return pack(store, key, version, segments);
}

}  // namespace cowrite::storage
