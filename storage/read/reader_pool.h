// ReaderPool: the threads on which a server reads its histories, since reading may wait for the
// disk and an event loop may not. Each job reads from a view of its own. Destroying it runs what is
// queued.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
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

  // As OperationLog::read(). Thread-safe. REQUIRES: it is not being destroyed.
  void read(Job job);

  // Jobs that no thread has taken up. Thread-safe.
  [[nodiscard]] std::size_t waiting() const;

 private:
  void run(const std::stop_token& stop);

  const Store& store_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> queue_;
  std::vector<std::jthread> threads_;  // Last: they use all of the above.
};

}  // namespace cowrite::storage
