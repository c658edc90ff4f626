// ReaderPool: the threads on which a server reads its histories, since reading may wait for the
// disk and an event loop may not. Each job reads from a view of its own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/history.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// Two let one job read while another waits for the disk.
inline constexpr std::size_t kReaderThreads = 2;

// Jobs that may wait. The last of so many waits for seconds.
inline constexpr std::size_t kReadsWaitingMax = 16'384;

class ReaderPool {
 public:
  using Job = std::function<void(const History&)>;

  // REQUIRES: the store outlives it.
  explicit ReaderPool(const Store& store);
  // Runs what is queued. REQUIRES: read() is not being called.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // As OperationLog::read(). Thread-safe.
  void read(Job job);

 private:
  void run();

  const Store& store_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // Last: they use all of the above.
};

}  // namespace cowrite::storage
