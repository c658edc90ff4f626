// Workers: threads for work that would make a loop stand still. Work is begun in the order in which
// it was posted.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cowrite::loop {

// Two, so that one long piece of work does not hold up all others.
inline constexpr std::size_t kWorkers = 2;

class Workers {
 public:
  using Work = std::function<void()>;

  Workers();
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void post(Work work);
  // What was not begun never will be; returns when nothing is under way.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cowrite::loop
