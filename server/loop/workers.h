// Workers: threads for work that would make a loop stand still. Payers take turns by the time that
// their work took (storage/fair_queue.h); that of one payer is begun in the order in which it was
// posted.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/fair_queue.h"
#include "storage/payer.h"

namespace cowrite::loop {

// Two, so that one long piece of work does not hold up all others.
inline constexpr std::size_t kWorkers = 2;

// Of the threads, as nice(2) has it: a quarter of the share of a loop.
inline constexpr int kNice = 6;

class Workers {
 public:
  using Work = std::function<void()>;

  Workers();
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void post(storage::Payer payer, Work work);
  // What was not begun never will be; returns when nothing is under way.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  storage::FairQueue<Work> waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cowrite::loop
