// LongPolls: requests that wait for the next record of a document.
//
// While any request waits, a thread looks every kLongPollInterval for what they wait for, in one
// read for all; without waiters it sleeps. Looking, instead of being told, costs the path of a
// keystroke nothing, and finds records that another process commits, too.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/http/limits.h"
#include "storage/operation_log.h"
#include "storage/payer_shares.h"

namespace cowrite::http {

class LongPolls {
 public:
  struct Waiter {
    storage::Payer payer = {};
    // Whether the wait is over before its deadline.
    std::function<bool(const storage::History&)> ready;
    // Called once when the wait is over, on a reader thread.
    std::function<void(const storage::History&)> respond;
    std::chrono::steady_clock::time_point deadline;
  };

  // REQUIRES: the log outlives this.
  explicit LongPolls(storage::OperationLog& log);
  ~LongPolls() { stop(); }
  LongPolls(const LongPolls&) = delete;
  LongPolls& operator=(const LongPolls&) = delete;

  // False, and nothing is called, if too many wait already (kWaitersMax) or this was stopped.
  [[nodiscard]] bool enter(Waiter waiter);

  // Forgets all waiters, unanswered, and asks the log for nothing more. Those that the log looks
  // after now may still be answered, until it ends.
  void stop();

 private:
  // Shared with the read that is under way.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Waiter> waiters;
    // Of all waiters, those included that a read is looking after.
    storage::PayerShares shares{{.all = kWaitersMax, .each = kWaitersPerPayerMax}};
    bool reading = false;
    bool stopped = false;
  };

  static void look(State& state, const storage::History& history);
  void run();

  storage::OperationLog& log_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
  std::mutex joining_;
  std::thread thread_;
};

}  // namespace cowrite::http
