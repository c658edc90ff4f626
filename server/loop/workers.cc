#include "server/loop/workers.h"

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace cowrite::loop {

Workers::Workers() {
  threads_.reserve(kWorkers);
  for (std::size_t i = 0; i < kWorkers; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

void Workers::post(storage::Payer payer, Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    waiting_.push(payer, std::move(work));
  }
  changed_.notify_one();
}

void Workers::stop() {
  storage::FairQueue<Work> forgotten;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    std::swap(forgotten, waiting_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

// With less of the processor than the loops, where there is not enough for all.
void Workers::run() {
  (void)nice(kNice);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    auto [payer, work] = waiting_.pop();
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    work();
    work = nullptr;
    const auto took = std::chrono::steady_clock::now() - began;
    lock.lock();
    waiting_.charge(payer, static_cast<std::uint64_t>(took.count()));
  }
}

}  // namespace cowrite::loop
