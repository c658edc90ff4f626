#include "server/loop/workers.h"

#include <utility>

namespace cowrite::loop {

Workers::Workers() {
  threads_.reserve(kWorkers);
  for (std::size_t i = 0; i < kWorkers; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

void Workers::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void Workers::stop() {
  std::deque<Work> forgotten;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    forgotten.swap(waiting_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    const Work work = std::exchange(waiting_.front(), nullptr);
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace cowrite::loop
