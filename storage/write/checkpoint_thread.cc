#include "storage/write/checkpoint_thread.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/format/encoding.h"
#include "storage/format/head.h"
#include "storage/format/keys.h"

namespace cowrite::storage {
namespace {

// The versions of the newest checkpoints of a document before `version`, newest first, at most
// `count`; none if they cannot be read.
std::vector<std::uint64_t> newest_checkpoints(const KeyValueStore& store, DocumentNumber number,
                                              std::size_t count) {
  std::vector<std::uint64_t> newest;
  const Result<void> scanned =
      store.scan(Table::kCheckpoints, versions(number, 0, ~std::uint64_t{0}), Order::kBackward,
                 [&](std::string_view key, std::string_view) {
                   if (const Result<VersionKey> place = decode_version_key(key); place) {
                     newest.push_back(place->version);
                   }
                   return newest.size() < count ? Visit::kContinue : Visit::kStop;
                 });
  return scanned ? newest : std::vector<std::uint64_t>();
}

// Whether a checkpoint is the first at or past a multiple of kMilestoneVersions. Version 0, the
// empty document, is one.
bool is_milestone(std::uint64_t version, std::uint64_t previous) {
  return version / kMilestoneVersions > previous / kMilestoneVersions;
}

}  // namespace

CheckpointThread::CheckpointThread(KeyValueStore& store)
    : store_(store), thread_([this] { run(); }) {}

CheckpointThread::~CheckpointThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CheckpointThread::save(DocumentKey key, Snapshot snapshot) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!stopping_);
    const auto replaced = waiting_.find(key);
    const std::uint64_t freed = replaced == waiting_.end() ? 0 : replaced->second.text.bytes();
    const std::uint64_t bytes = waiting_bytes_ - freed + snapshot.text.bytes();
    if (bytes > kCheckpointBytesMax) {
      return;
    }
    waiting_bytes_ = bytes;
    waiting_.insert_or_assign(std::move(key), std::move(snapshot));
  }
  wake_.notify_one();
}

void CheckpointThread::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    const auto taken = waiting_.extract(waiting_.begin());
    waiting_bytes_ -= taken.mapped().text.bytes();
    lock.unlock();
    store(taken.key(), taken.mapped());
  }
}

// The new one and the removal of an old one are one batch, written in order with the records:
// whatever a crash leaves, the old one is there or the new one is. Nothing waits for it to be
// synced.
void CheckpointThread::store(const DocumentKey& key, const Snapshot& snapshot) {
  const Result<std::optional<Head>> head = read_head(store_, key);
  if (!head) {
    return;
  }
  CHECK(head->has_value() && snapshot.version <= (*head)->version);  // Of committed versions only.
  const DocumentNumber number = (*head)->number;
  const std::vector<std::uint64_t> newest = newest_checkpoints(store_, number, 3);
  if (!newest.empty() && newest.front() >= snapshot.version) {
    return;
  }
  WriteBatch batch(store_);
  const std::string name = version_key(number, snapshot.version);
  batch.put(Table::kCheckpoints, name, encode_checkpoint(name, snapshot));
  if (newest.size() >= 2 && !is_milestone(newest[1], newest.size() > 2 ? newest[2] : 0)) {
    batch.erase(Table::kCheckpoints, version_key(number, newest[1]));
  }
  // If this fails, so does the next commit, and that has somebody to tell.
  static_cast<void>(store_.write(batch, Durability::kWritten));
}

}  // namespace cowrite::storage
