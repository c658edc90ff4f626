// OperatorJobs: the operator's requests that take long, done on threads of their own: changes one
// after the other, and beside them one proof at a time. The response is the outcome, or, when that
// takes longer than kOperatorResponseTime, 202 with the job's id, with which one asks again.
//
//     {"job":"9f0c…","records":120000,"bytes":0,"bytes_max":0}
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
#include "server/http/operator_json.h"

namespace cowrite::http {

class OperatorJobs {
 public:
  enum class Lane : std::uint8_t { kChange, kProof };

  // Work calls it now and then, from any thread; false means that the server is stopping.
  using Progress = std::function<bool(const JobProgress& reached)>;
  using Work = std::function<Response(const Progress&)>;

  explicit OperatorJobs(std::chrono::milliseconds response_time = kOperatorResponseTime);
  ~OperatorJobs() { stop(); }
  OperatorJobs(const OperatorJobs&) = delete;
  OperatorJobs& operator=(const OperatorJobs&) = delete;

  // Answers with kErrBusy if kOperatorJobsMax wait in the lane of changes, or a proof is under way
  // in that of proofs.
  void start(Lane lane, Work work, Respond respond);
  // Answers with the job's outcome, as start() does; or with kErrJobUnknown if there never was such
  // a job, or its outcome has been told or forgotten.
  void wait(const std::string& id, Respond respond);

  // Ends what is under way and answers all waiters. Returns when nothing runs any more.
  void stop();

 private:
  struct Waiter {
    Respond respond;
    std::chrono::steady_clock::time_point deadline;
  };
  struct Job {
    std::string id;
    Work work;
    JobProgress reached;
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
  [[nodiscard]] std::vector<std::pair<JobReport, Respond>> take_timed_out();

  const std::chrono::milliseconds response_time_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stopping_ = false;
  std::deque<JobPtr> jobs_;  // All whose outcome may be asked for, the oldest first.
  LaneState changes_;
  LaneState proofs_;
  std::thread timeout_thread_;  // Answers waiters whose time is over with 202.
  std::mutex joining_;
};

}  // namespace cowrite::http
