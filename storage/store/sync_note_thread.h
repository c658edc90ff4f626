// SyncNoteThread: writes the note of how far the log was synced (sync_note.h), now and then, if it
// was synced further since. A note that cannot be written is tried again; the one before stays.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "storage/store/sync_note.h"

namespace cowrite::storage {

class SyncNoteThread {
 public:
  // How far the log is synced now; absent if that cannot be said.
  using Measure = std::function<std::optional<SyncNote>()>;

  // `measure` is called on the thread. REQUIRES: what it uses outlives this.
  SyncNoteThread(std::string folder, std::chrono::milliseconds interval, Measure measure);

 private:
  void run(const std::stop_token& stop);

  const std::string folder_;
  const std::chrono::milliseconds interval_;
  const Measure measure_;

  std::mutex mutex_;
  std::condition_variable_any wake_;  // Only by the end.
  std::jthread thread_;               // Last: it uses all of the above.
};

}  // namespace cowrite::storage
