#include "storage/write/commit_thread.h"

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "storage/format/encoding.h"
#include "storage/format/keys.h"

namespace cowrite::storage {
namespace {

// One more than the greatest number that has a record. Every document has one.
Result<DocumentNumber> next_document_number(const KeyValueStore& store) {
  constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();
  Result<VersionKey> last = VersionKey();
  const Result<void> scanned =
      store.scan(Table::kRecords, {version_key(0, 0), version_key(kGreatest, kGreatest)},
                 Order::kBackward, [&](std::string_view key, std::string_view) {
                   last = decode_version_key(key);
                   return Visit::kStop;
                 });
  if (!scanned || !last) {
    return scanned ? last.error() : scanned.error();
  }
  return last->number + 1;
}

// Nearly what the append will take in the batch; exact enough for a bound on memory.
std::size_t estimate_bytes(const Append& append) {
  constexpr std::size_t kPerRecord = 256;  // Keys, head, source entry, and RocksDB's own.
  constexpr std::size_t kPerComponent = 8;
  std::size_t bytes = 0;
  for (const Record& record : *append.records) {
    bytes += kPerRecord + record.author.size();
    if (const auto* edit = std::get_if<Edit>(&record.change)) {
      bytes += kPerComponent * edit->operation.size() + edit->operation.inserted_bytes();
    } else if (const auto* create = std::get_if<Create>(&record.change)) {
      bytes += create->text.size();
    }
  }
  return bytes;
}

// What the document will be after the append.
Head head_after(Head head, const Append& append) {
  const std::vector<Record>& records = *append.records;
  if (head.version == 0) {
    head.created_ms = records.front().time_ms;
  }
  head.version += records.size();
  head.exists = append.exists_after;
  head.bytes = append.bytes_after;
  head.changed_ms = records.back().time_ms;
  return head;
}

// The caller's promises; breaking one would write a history that cannot be read.
void check_promises(const Head& before, const Append& append) {
  std::uint64_t version = append.expected_version;
  std::int64_t time_ms =
      before.version == 0 ? std::numeric_limits<std::int64_t>::min() : before.changed_ms;
  for (const Record& record : *append.records) {
    CHECK(record.version == version);
    CHECK(record.time_ms >= time_ms);
    version += 1;
    time_ms = record.time_ms;
  }
  CHECK(append.exists_after || append.bytes_after == 0);
}

}  // namespace

Result<std::unique_ptr<CommitThread>> CommitThread::start(KeyValueStore& store) {
  const Result<DocumentNumber> next_number = next_document_number(store);
  if (!next_number) {
    return next_number.error();
  }
  return std::unique_ptr<CommitThread>(new CommitThread(store, *next_number));
}

CommitThread::CommitThread(KeyValueStore& store, DocumentNumber next_number)
    : store_(store), batch_(store), next_number_(next_number), thread_([this] { run(); }) {}

CommitThread::~CommitThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CommitThread::append(Append append, Done done) {
  CHECK(append.records != nullptr && !append.records->empty());
  const std::size_t bytes = estimate_bytes(append);
  {
    const std::lock_guard lock(mutex_);
    CHECK(!stopping_);
    if (queue_bytes_ > 0 && queue_bytes_ + bytes > kQueueBytesMax) {
      append.records = nullptr;  // Refused when its turn comes.
      queue_.push_back({std::move(append), std::move(done), 0});
    } else {
      queue_bytes_ += bytes;
      queue_.push_back({std::move(append), std::move(done), bytes});
    }
  }
  wake_.notify_one();
}

void CommitThread::run() {
  for (std::deque<Pending> appends = take(); !appends.empty(); appends = take()) {
    commit(appends);
  }
}

// Waits for appends; empty when the end has come.
std::deque<CommitThread::Pending> CommitThread::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::deque<Pending> taken;
  if (queue_bytes_ <= kCommitBytesMax) {
    taken.swap(queue_);
    queue_bytes_ = 0;
    return taken;
  }
  for (std::size_t bytes = 0; !queue_.empty() && bytes < kCommitBytesMax; queue_.pop_front()) {
    bytes += queue_.front().bytes;
    queue_bytes_ -= queue_.front().bytes;
    taken.push_back(std::move(queue_.front()));
  }
  return taken;
}

void CommitThread::commit(std::deque<Pending>& appends) {
  batch_.clear();
  bool any = false;
  for (Pending& pending : appends) {
    pending.outcome = add_to_batch(pending.append);
    any = any || pending.outcome == AppendOutcome::kCommitted;
  }
  if (any && !store_.write(batch_, Durability::kSynced)) {
    failed_ = true;
  }
  for (Pending& pending : appends) {
    const bool lost = failed_ && pending.outcome == AppendOutcome::kCommitted;
    pending.done(lost ? AppendOutcome::kUnknown : pending.outcome);
  }
}

// kCommitted: it will be, when the batch is.
AppendOutcome CommitThread::add_to_batch(const Append& append) {
  if (failed_ || append.records == nullptr) {
    return AppendOutcome::kRefused;
  }
  Head* head = heads_.find(append.key);
  if (head == nullptr) {
    const Result<std::optional<Head>> stored = read_head(store_, append.key);
    if (!stored) {
      return AppendOutcome::kRefused;  // This document cannot be read; the others go on.
    }
    head = &heads_.insert(append.key, stored->value_or(Head()));
  }
  if (head->version != append.expected_version) {
    return AppendOutcome::kConflict;
  }
  check_promises(*head, append);
  if (head->number == 0) {
    head->number = next_number_++;
  }
  *head = head_after(*head, append);
  const std::vector<Record>& records = *append.records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    const std::string key = version_key(head->number, record.version);
    batch_.put(Table::kRecords, key, encode_record(key, record));
    if (i + 1 < records.size() && records[i + 1].source == record.source) {
      continue;  // The next entry would replace this one.
    }
    const std::string source = source_key(head->number, record.source);
    batch_.put(Table::kSources, source, encode_source(source, {record.sequence, record.version}));
  }
  const std::string name = document_name_key(append.key);
  batch_.put(Table::kMeta, name, encode_head(name, *head));
  return AppendOutcome::kCommitted;
}

}  // namespace cowrite::storage
