#include "storage/store/sync_note_thread.h"

#include <utility>

namespace cowrite::storage {

SyncNoteThread::SyncNoteThread(std::string folder, std::chrono::milliseconds interval,
                               Measure measure)
    : folder_(std::move(folder)),
      interval_(interval),
      measure_(std::move(measure)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SyncNoteThread::run(const std::stop_token& stop) {
  std::optional<SyncNote> noted;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, interval_, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const std::optional<SyncNote> now = measure_();
    if (now && now != noted && write_sync_note(folder_, *now)) noted = now;
  }
}

}  // namespace cowrite::storage
