#include "storage/write/checkpoint_thread.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"
#include "storage/write/archive.h"

namespace cowrite::storage {

CheckpointThread::CheckpointThread(Store& store, const DiskReserve& reserve,
                                   std::uint64_t bytes_max)
    : store_(store),
      reserve_(reserve),
      bytes_max_(bytes_max),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CheckpointThread::save(DocumentKey key, Snapshot snapshot) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!thread_.get_stop_token().stop_requested());
    const auto replaced = waiting_.find(key);
    const std::uint64_t others =
        waiting_bytes_ - (replaced == waiting_.end() ? 0 : replaced->second.bytes());
    const std::uint64_t bytes = others + snapshot.text.bytes();
    if (others > 0 && bytes > bytes_max_) return;
    waiting_bytes_ = bytes;
    waiting_[std::move(key)].checkpoint = std::move(snapshot);
  }
  wake_.notify_one();
}

void CheckpointThread::pack(DocumentKey key, std::uint64_t version) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!thread_.get_stop_token().stop_requested());
    std::uint64_t& packed = waiting_[std::move(key)].packed;
    packed = std::max(packed, version);
  }
  wake_.notify_one();
}

void CheckpointThread::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto taken = waiting_.extract(waiting_.begin());
    const Work& work = taken.mapped();
    waiting_bytes_ -= work.bytes();
    lock.unlock();
    if (reserve_.is_low()) continue;
    const std::lock_guard archiving(archiving_);
    // A document that cannot be read is its readers' to report; if writing fails, so does the next
    // commit, and that has somebody to tell.
    if (work.checkpoint) {
      static_cast<void>(archive(store_, taken.key(), *work.checkpoint, segments_));
    }
    static_cast<void>(storage::pack(store_, taken.key(), work.packed, segments_));
  }
}

}  // namespace cowrite::storage
