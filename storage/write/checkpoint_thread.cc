#include "storage/write/checkpoint_thread.h"

#include <utility>

#include "ot/base/check.h"
#include "storage/write/archive.h"

namespace cowrite::storage {

CheckpointThread::CheckpointThread(Store& store, const DiskReserve& reserve)
    : store_(store),
      reserve_(reserve),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CheckpointThread::save(DocumentKey key, Snapshot snapshot) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!thread_.get_stop_token().stop_requested());
    const auto replaced = waiting_.find(key);
    const std::uint64_t freed = replaced == waiting_.end() ? 0 : replaced->second.text.bytes();
    const std::uint64_t bytes = waiting_bytes_ - freed + snapshot.text.bytes();
    if (bytes > kCheckpointBytesMax) return;
    waiting_bytes_ = bytes;
    waiting_.insert_or_assign(std::move(key), std::move(snapshot));
  }
  wake_.notify_one();
}

void CheckpointThread::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto taken = waiting_.extract(waiting_.begin());
    waiting_bytes_ -= taken.mapped().text.bytes();
    lock.unlock();
    if (reserve_.is_low()) continue;
    const std::lock_guard archiving(archiving_);
    // A document that cannot be read is its readers' to report; if writing fails, so does the next
    // commit, and that has somebody to tell.
    static_cast<void>(archive(store_, taken.key(), taken.mapped()));
  }
}

}  // namespace cowrite::storage
