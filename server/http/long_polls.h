// LongPolls: requests that wait for the next record of a document.
//
// A thread looks for what they wait for every kLongPollInterval, all together in one read, and does
// nothing while nobody waits. Why looking and not being told: it costs the path of a keystroke
// nothing, and works for records that another process commits.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/operation_log.h"

namespace cowrite::http {

class LongPolls {
 public:
  struct Waiter {
    // Whether the wait is over before its time.
    std::function<bool(const storage::History&)> ready;
    // Called once when it is over, on a reader thread.
    std::function<void(const storage::History&)> leave;
    std::chrono::steady_clock::time_point deadline;
  };

  // REQUIRES: the log outlives this.
  explicit LongPolls(storage::OperationLog& log);
  ~LongPolls() { stop(); }
  LongPolls(const LongPolls&) = delete;
  LongPolls& operator=(const LongPolls&) = delete;

  // False, and the guest is sent away unanswered, if kWaitersMax wait already or it is closed.
  [[nodiscard]] bool enter(Waiter guest);

  // Forgets everybody, unanswered, and asks the log for nothing more. Returns when no guest is
  // being served.
  void stop();

 private:
  // Shared with the read that is under way.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Waiter> guests;
    std::size_t inside = 0;  // With those who are being looked after.
    bool looking = false;    // A read is under way.
    bool closed = false;
  };

  static void look(State& state, const storage::History& history);
  void run();

  storage::OperationLog& log_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  std::mutex stopping_;  // Around the joining of:
  std::thread thread_;
};

}  // namespace cowrite::http
