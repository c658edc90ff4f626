#include "storage/write/commit_thread.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "storage/errors.h"
#include "storage/format/encoding.h"
#include "storage/format/keys.h"
#include "storage/store/heads.h"

namespace cowrite::storage {
namespace {

// The last key of a range; empty if there is none.
Result<std::string> last_key(const KeyValueStore& store, Table table, const KeyRange& range) {
  std::string last;
  const Result<void> scanned =
      store.scan(table, range, Order::kBackward, [&](std::string_view key, std::string_view) {
        last = key;
        return Visit::kStop;
      });
  return scanned ? Result<std::string>(last) : scanned.error();
}

// One more than the greatest number that a document has, as their names tell. Reads all of them.
Result<DocumentNumber> next_unnamed_number(const KeyValueStore& store) {
  DocumentNumber greatest = 0;
  Result<void> valid;
  const Result<void> scanned = store.scan(Table::kMeta, all_document_names(), Order::kForward,
                                          [&](std::string_view name, std::string_view value) {
                                            const Result<Head> head = decode_head(name, value);
                                            valid =
                                                head ? Result<void>() : Result<void>(head.error());
                                            greatest = std::max(greatest, head ? head->number : 0);
                                            return valid ? Visit::kContinue : Visit::kStop;
                                          });
  if (!scanned || !valid) return scanned ? valid.error() : scanned.error();
  return greatest + 1;
}

// One more than the greatest number that has a record, or had one before it was erased: then it has
// a value of the chain.
Result<DocumentNumber> next_document_number(const KeyValueStore& store) {
  constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();
  const Result<std::string> record =
      last_key(store, Table::kRecords, {version_key(0, 0), version_key(kGreatest, kGreatest)});
  const Result<std::string> chain =
      last_key(store, Table::kMeta, {chain_key(0, 0), chain_key(kGreatest, kGreatest)});
  if (!record || !chain) {
    const Error& error = record ? chain.error() : record.error();
    // A damaged document is no reason to serve none.
    return error.code == kErrDamaged ? next_unnamed_number(store) : error;
  }
  DocumentNumber greatest = 0;
  for (const std::string_view key : {std::string_view(*record), chain_place(*chain)}) {
    if (key.empty()) continue;
    const Result<VersionKey> place = decode_version_key(key);
    if (!place) return place.error();
    greatest = std::max(greatest, place->number);
  }
  return greatest + 1;
}

// Nearly what the append will take in the batch; exact enough for a bound on memory.
std::size_t estimate_bytes(const Append& append) {
  constexpr std::size_t kPerRecord = 256;  // Keys, head, source entry, and RocksDB's own.
  std::size_t bytes = 0;
  for (const Record& record : *append.records) bytes += kPerRecord + record_bytes(record);
  return bytes;
}

// What the document will be after the append.
Head head_after(Head head, const Append& append) {
  const std::vector<Record>& records = *append.records;
  if (head.version == 0) head.created_ms = records.front().time_ms;
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

Result<std::unique_ptr<CommitThread>> CommitThread::start(KeyValueStore& store,
                                                          const DiskReserve& reserve) {
  const Result<DocumentNumber> next_number = next_document_number(store);
  if (!next_number) return next_number.error();
  return std::unique_ptr<CommitThread>(new CommitThread(store, reserve, *next_number));
}

CommitThread::CommitThread(KeyValueStore& store, const DiskReserve& reserve,
                           DocumentNumber next_number)
    : store_(store), reserve_(reserve), batch_(store), next_number_(next_number), thread_([this] {
        run();
      }) {}

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
  queue({std::move(append), std::move(done), bytes});
}

void CommitThread::erase(Erasure erasure, Done done) {
  queue({std::move(erasure), std::move(done)});
}

void CommitThread::queue(Pending pending) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!stopping_);
    if (queue_bytes_ > 0 && queue_bytes_ + pending.bytes > kQueueBytesMax) {
      pending.change = std::monostate();  // Refused when its turn comes.
      pending.bytes = 0;
    }
    queue_bytes_ += pending.bytes;
    queue_.push_back(std::move(pending));
  }
  wake_.notify_one();
}

void CommitThread::run() {
  for (std::deque<Pending> appends = take(); !appends.empty(); appends = take()) commit(appends);
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

// Until the disk has room; false if the end comes first.
bool CommitThread::wait_for_disk() {
  bool room = !reserve_.is_low();
  while (!room) {
    waiting_for_disk_ = true;
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kDiskRetry, [this] { return stopping_; })) return false;
    lock.unlock();
    room = !reserve_.is_low();
  }
  waiting_for_disk_ = false;
  return true;
}

void CommitThread::commit(std::deque<Pending>& appends) {
  if (!wait_for_disk()) {
    for (Pending& pending : appends) pending.done(AppendOutcome::kRefused);
    return;
  }
  batch_.clear();
  bool any = false;
  for (Pending& pending : appends) {
    pending.outcome = failed_
                          ? AppendOutcome::kRefused
                          : std::visit([this](const auto& change) { return add_to_batch(change); },
                                       pending.change);
    any = any || pending.outcome == AppendOutcome::kCommitted;
  }
  if (any && !store_.write(batch_, Durability::kSynced)) failed_ = true;
  for (Pending& pending : appends) {
    const bool lost = failed_ && pending.outcome == AppendOutcome::kCommitted;
    pending.done(lost ? AppendOutcome::kUnknown : pending.outcome);
  }
}

// Null if the document cannot be read: it is refused, and the others go on.
Head* CommitThread::find_head(const DocumentKey& key) {
  Head* const cached = heads_.find(key);
  if (cached != nullptr) return cached;
  const Result<std::optional<Head>> stored = read_head(store_, key);
  return stored ? &heads_.insert(key, stored->value_or(Head())) : nullptr;
}

// kCommitted: it will be, when the batch is.
AppendOutcome CommitThread::add_to_batch(const Append& append) {
  Head* const head = find_head(append.key);
  if (head == nullptr) return AppendOutcome::kRefused;
  if (head->version != append.expected_version) return AppendOutcome::kConflict;
  check_promises(*head, append);
  if (head->number == 0) head->number = next_number_++;
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

AppendOutcome CommitThread::add_to_batch(const Erasure& erasure) {
  Head* const head = find_head(erasure.key);
  if (head == nullptr) return AppendOutcome::kRefused;
  if (head->version != erasure.version || head->exists) return AppendOutcome::kConflict;
  const DocumentNumber number = head->number;
  const auto records = keys_in(Table::kRecords, versions(number, 0, head->version));
  const auto checkpoints = keys_in(Table::kCheckpoints, versions(number, 0, head->version + 1));
  const auto sources_known = keys_in(Table::kSources, sources(number));
  const auto chain_known = keys_in(Table::kMeta, chain_values(number, 0, head->version));
  if (!records || !checkpoints || !sources_known || !chain_known) return AppendOutcome::kRefused;
  for (const auto& [table, keys] :
       {std::pair(Table::kRecords, &*records), std::pair(Table::kCheckpoints, &*checkpoints),
        std::pair(Table::kSources, &*sources_known), std::pair(Table::kMeta, &*chain_known)}) {
    for (const std::string& key : *keys) batch_.erase(table, key);
  }
  head->erased = head->version;
  const std::string chain = chain_key(number, head->version);
  batch_.put(Table::kMeta, chain, encode_chain(chain, erasure.chain));
  const std::string name = document_name_key(erasure.key);
  batch_.put(Table::kMeta, name, encode_head(name, *head));
  return AppendOutcome::kCommitted;
}

Result<std::vector<std::string>> CommitThread::keys_in(Table table, const KeyRange& range) const {
  std::vector<std::string> keys;
  const Result<void> scanned =
      store_.scan(table, range, Order::kForward, [&](std::string_view key, std::string_view) {
        keys.emplace_back(key);
        return Visit::kContinue;
      });
  return scanned ? Result<std::vector<std::string>>(std::move(keys)) : scanned.error();
}

}  // namespace cowrite::storage
