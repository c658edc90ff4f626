#include "storage/write/commit_thread.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/check.h"
#include "storage/errors.h"
#include "storage/format/keys.h"
#include "storage/store/chain_links.h"
#include "storage/store/heads.h"
#include "storage/store/sources.h"
#include "storage/write/next_document_number.h"
#include "storage/write/put_records.h"

namespace cowrite::storage {
namespace {

// Nearly what the append will take in the batch; exact enough for a bound on memory.
std::size_t estimate_bytes(const Append& append) {
  constexpr std::size_t kPerRecord = 256;  // Keys, head, and RocksDB's own.
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

Result<std::unique_ptr<CommitThread>> CommitThread::start(Store& store, const DiskReserve& reserve,
                                                          std::size_t queue_bytes_max) {
  const Result<DocumentNumber> next_number = next_document_number(*store.view());
  if (!next_number) return next_number.error();
  return std::unique_ptr<CommitThread>(
      new CommitThread(store, reserve, queue_bytes_max, *next_number));
}

CommitThread::CommitThread(Store& store, const DiskReserve& reserve, std::size_t queue_bytes_max,
                           DocumentNumber next_number)
    : store_(store),
      reserve_(reserve),
      queue_bytes_max_(queue_bytes_max),
      next_number_(next_number),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CommitThread::append(std::vector<Append> appends, Done done) {
  std::deque<Pending> pending;
  for (Append& append : appends) {
    CHECK(append.records != nullptr && !append.records->empty());
    const std::size_t bytes = estimate_bytes(append);
    pending.push_back({std::move(append), bytes});
  }
  queue(std::move(pending), std::move(done));
}

void CommitThread::erase(Erasure erasure, std::function<void(AppendOutcome)> done) {
  std::deque<Pending> pending;
  pending.push_back({std::move(erasure)});
  queue(std::move(pending),
        [done = std::move(done)](const Outcomes& outcomes) { done(outcomes.front()); });
}

void CommitThread::queue(std::deque<Pending> pending, Done done) {
  CHECK(!pending.empty());
  const auto group = std::make_shared<Group>(Group{
      std::move(done), Outcomes(pending.size()), pending.size(), std::chrono::steady_clock::now()});
  for (std::size_t place = 0; place < pending.size(); ++place) {
    pending[place].group = group;
    pending[place].place = place;
  }
  {
    const std::lock_guard lock(mutex_);
    CHECK(!thread_.get_stop_token().stop_requested());
    for (Pending& one : pending) {
      if (queue_bytes_ > 0 && queue_bytes_ + one.bytes > queue_bytes_max_) {
        one.change = std::monostate();  // Refused when its turn comes.
        one.bytes = 0;
      }
      queue_bytes_ += one.bytes;
      queue_.push_back(std::move(one));
    }
  }
  wake_.notify_one();
}

void CommitThread::run(const std::stop_token& stop) {
  while (wait_for_work(stop)) {
    const bool has_room = wait_for_disk(stop);
    std::deque<Pending> taken = take();
    has_room ? commit(taken) : refuse(taken);
  }
}

// False when the end has come.
bool CommitThread::wait_for_work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return wake_.wait(lock, stop, [this] { return !queue_.empty(); });
}

// As much of the queue as fits in a batch.
std::deque<CommitThread::Pending> CommitThread::take() {
  const std::lock_guard lock(mutex_);
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
bool CommitThread::wait_for_disk(const std::stop_token& stop) {
  while (reserve_.is_low()) {
    waiting_for_disk_ = true;
    std::deque<Pending> erasures = take_erasures();
    refuse(erasures);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kDiskRetry, [] { return false; });
    if (stop.stop_requested()) return false;
  }
  waiting_for_disk_ = false;
  return true;
}

std::deque<CommitThread::Pending> CommitThread::take_erasures() {
  const std::lock_guard lock(mutex_);
  const auto erasures = std::stable_partition(
      queue_.begin(), queue_.end(),
      [](const Pending& pending) { return !std::holds_alternative<Erasure>(pending.change); });
  std::deque<Pending> taken(std::make_move_iterator(erasures),
                            std::make_move_iterator(queue_.end()));
  queue_.erase(erasures, queue_.end());
  return taken;
}

void CommitThread::refuse(std::deque<Pending>& refused) {
  for (Pending& pending : refused) pending.outcome = AppendOutcome::kRefused;
  count(refused);
  answer(refused);
}

void CommitThread::answer(const std::deque<Pending>& decided) {
  for (const Pending& pending : decided) {
    Group& group = *pending.group;
    group.outcomes[pending.place] = pending.outcome;
    if (--group.undecided == 0) group.done(group.outcomes);
  }
}

// Before they are told: whoever knows the outcome finds it counted.
void CommitThread::count(const std::deque<Pending>& answered) {
  const auto now = std::chrono::steady_clock::now();
  std::uint64_t records = 0;
  for (const Pending& pending : answered) {
    switch (pending.outcome) {
      case AppendOutcome::kCommitted:
        counts_.committed.add();
        counts_.commit_seconds.record(now - pending.group->queued_at);
        if (const auto* append = std::get_if<Append>(&pending.change)) {
          records += append->records->size();
        }
        break;
      case AppendOutcome::kConflict:
        counts_.conflicts.add();
        break;
      case AppendOutcome::kRefused:
        counts_.refused.add();
        break;
      case AppendOutcome::kUnknown:
        counts_.unknown.add();
        break;
    }
  }
  if (records > 0) counts_.batch_records.record(static_cast<double>(records));
}

LogStatistics CommitThread::statistics() const {
  LogStatistics statistics{.committed = counts_.committed.value(),
                           .conflicts = counts_.conflicts.value(),
                           .refused = counts_.refused.value(),
                           .unknown = counts_.unknown.value(),
                           .commit_seconds = counts_.commit_seconds.read(),
                           .batch_records = counts_.batch_records.read(),
                           .record_bytes = counts_.record_bytes.value()};
  const std::lock_guard lock(mutex_);
  statistics.queued_bytes = queue_bytes_;
  return statistics;
}

void CommitThread::commit(std::deque<Pending>& appends) {
  batch_.clear();
  load_heads(appends);
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
    if (lost) pending.outcome = AppendOutcome::kUnknown;
  }
  if (any && !failed_) counts_.record_bytes.add(batch_.bytes());
  count(appends);
  answer(appends);
}

// Looks up at once what heads are needed and not in the cache. Those that cannot be read so are
// left to find_head(), one by one.
void CommitThread::load_heads(const std::deque<Pending>& appends) {
  std::vector<DocumentKey> unknown;
  for (const Pending& pending : appends) {
    const auto* const append = std::get_if<Append>(&pending.change);
    if (append != nullptr && heads_.find(append->key) == nullptr) unknown.push_back(append->key);
  }
  if (unknown.size() < 2) return;
  const auto found = read_heads(*store_.view(), unknown);
  for (std::size_t i = 0; found && i < unknown.size(); ++i) {
    heads_.insert(unknown[i], (*found)[i].value_or(Head()));
  }
}

// Null if the document cannot be read: it is refused, and the others go on.
Head* CommitThread::find_head(const DocumentKey& key) {
  Head* const cached = heads_.find(key);
  if (cached != nullptr) return cached;
  const Result<std::optional<Head>> stored = read_head(*store_.view(), key);
  return stored ? &heads_.insert(key, stored->value_or(Head())) : nullptr;
}

// kCommitted: it is in the batch, and committed when that is written.
AppendOutcome CommitThread::add_to_batch(const Append& append) {
  Head* const head = find_head(append.key);
  if (head == nullptr) return AppendOutcome::kRefused;
  if (head->version != append.expected_version) return AppendOutcome::kConflict;
  check_promises(*head, append);
  if (head->number == 0) head->number = next_number_++;
  *head = head_after(*head, append);
  put_records(head->number, *append.records, batch_);
  put_head(append.key, *head, batch_);
  return AppendOutcome::kCommitted;
}

AppendOutcome CommitThread::add_to_batch(const Erasure& erasure) {
  Head* const head = find_head(erasure.key);
  if (head == nullptr) return AppendOutcome::kRefused;
  if (head->version != erasure.version || head->exists) return AppendOutcome::kConflict;
  if (!erase_entries(*head)) return AppendOutcome::kRefused;
  head->erased = head->version;
  put_link(head->number, {head->version, erasure.chain}, batch_);
  put_head(erasure.key, *head, batch_);
  return AppendOutcome::kCommitted;
}

// Everything but the head; nothing is in the batch if it fails.
Result<void> CommitThread::erase_entries(const Head& head) {
  const std::unique_ptr<const View> view = store_.view();
  WriteBatch erased;
  const DocumentNumber number = head.number;
  for (const auto& [table, range] :
       {std::pair(Table::kRecords, versions(number, 0, head.version)),
        std::pair(Table::kCheckpoints, versions(number, 0, head.version + 1)),
        std::pair(Table::kMeta, chain_values(number, 0, head.version))}) {
    if (Result<void> done = erase_range(*view, table, range, erased); !done) return done;
  }
  if (Result<void> done = erase_sources(*view, number, erased); !done) return done;
  batch_.append(erased);
  return {};
}

}  // namespace cowrite::storage
