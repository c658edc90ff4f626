// OperatorJobs: what takes long on a running server, done on threads of its own: changes one after
// the other, and beside them one proof at a time. Who asked is answered with the outcome, or, when
// that takes longer than kOperatorResponseTime, with 202 and the job's name, to ask again with.
//
//     {"job":"9f0c…","records":120000}
//
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/http/limits.h"
#include "server/http/message.h"

namespace cowrite::http {

inline constexpr std::string_view kErrJobUnknown = "ERR_JOB_UNKNOWN";

class OperatorJobs {
 public:
  enum class Lane : std::uint8_t { kChange, kProof };

  // Called by work now and then, with how many records it has gone through; false: the server
  // stops.
  using Progress = std::function<bool(std::uint64_t records)>;
  using Work = std::function<Response(const Progress&)>;

  explicit OperatorJobs(std::chrono::milliseconds patience = kOperatorResponseTime);
  ~OperatorJobs() { stop(); }
  OperatorJobs(const OperatorJobs&) = delete;
  OperatorJobs& operator=(const OperatorJobs&) = delete;

  // Answers with kErrBusy if kOperatorJobsMax wait in the lane of changes, or a proof is under way
  // in that of proofs.
  void start(Lane lane, Work work, Respond respond);
  // Answers with the job's outcome, as start() does; with kErrJobUnknown if there is none: never
  // was, or its outcome has been told or was kept too long.
  void wait(const std::string& id, Respond respond);

  // Ends what is under way and answers everybody. Returns when nothing runs any more.
  void stop();

 private:
  struct Waiter {
    Respond respond;
    std::chrono::steady_clock::time_point deadline;
  };
  struct Job {
    std::string id;
    Work work;
    std::atomic<std::uint64_t> records = 0;
    bool finished = false;
    Response outcome;             // Once it is.
    std::vector<Waiter> waiters;  // Until it is.
  };
  using JobPtr = std::shared_ptr<Job>;
  struct LaneState {
    std::deque<JobPtr> queue;
    bool busy = false;
    std::thread thread;
  };

  void run(LaneState& lane);
  void run_timeouts();
  void finish(LaneState& lane, const JobPtr& job, Response outcome);
  void add_waiter(const JobPtr& job, Respond respond);
  [[nodiscard]] std::vector<std::pair<JobPtr, Respond>> take_timed_out();

  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stopping_ = false;
  std::deque<JobPtr> jobs_;  // All that may be asked for, the oldest first.
  LaneState changes_;
  LaneState proofs_;
  std::thread timeout_thread_;  // Tells who has waited long enough.
  std::mutex joining_;
};

}  // namespace cowrite::http
