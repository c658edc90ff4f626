#include "server/http/operator_jobs.h"

#include <algorithm>
#include <utility>

#include "server/http/errors.h"
#include "server/http/limits.h"
#include "server/http/responses.h"
#include "storage/random_id.h"

namespace cowrite::http {
namespace {

Response busy_response(std::string message) {
  return error_response({kErrBusy, std::move(message)});
}

Response unfinished_response(const JobReport& job) {
  Response response = json_response(job_json(job), Caching::kNow);
  response.status = 202;
  return response;
}

}  // namespace

OperatorJobs::OperatorJobs(std::chrono::milliseconds response_time)
    : response_time_(response_time),
      changes_{.thread = std::thread([this] { run(changes_); })},
      proofs_{.thread = std::thread([this] { run(proofs_); })},
      timeout_thread_([this] { run_timeouts(); }) {}

void OperatorJobs::start(Lane lane, Work work, Respond respond) {
  std::unique_lock lock(mutex_);
  LaneState& state = lane == Lane::kProof ? proofs_ : changes_;
  const std::size_t waiting_max = lane == Lane::kProof ? 1 : kOperatorJobsMax;
  if (stopping_ || state.queue.size() + (state.busy ? 1 : 0) >= waiting_max) {
    lock.unlock();
    return respond(busy_response(lane == Lane::kProof
                                     ? "something is being verified already, try again"
                                     : "too much of the operator's is waiting, try again"));
  }
  const auto job = std::make_shared<Job>();
  job->id = storage::random_hex(32);
  job->work = std::move(work);
  add_waiter(job, std::move(respond));
  jobs_.push_back(job);
  state.queue.push_back(job);
  changed_.notify_all();
}

void OperatorJobs::wait(const std::string& id, Respond respond) {
  std::unique_lock lock(mutex_);
  const auto found =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const JobPtr& job) { return job->id == id; });
  if (found == jobs_.end()) {
    lock.unlock();
    return respond(error_response({kErrJobUnknown, "there is no job \"" + id + "\""}));
  }
  const JobPtr job = *found;
  if (!job->finished) {
    add_waiter(job, std::move(respond));
    return changed_.notify_all();
  }
  jobs_.erase(found);
  lock.unlock();
  respond(std::move(job->outcome));
}

// Under the lock.
void OperatorJobs::add_waiter(const JobPtr& job, Respond respond) {
  job->waiters.push_back({std::move(respond), std::chrono::steady_clock::now() + response_time_});
}

void OperatorJobs::run(LaneState& lane) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !lane.queue.empty(); });
    if (lane.queue.empty()) return;
    const JobPtr job = std::move(lane.queue.front());
    lane.queue.pop_front();
    lane.busy = true;
    lock.unlock();
    Response outcome =
        stopping_ ? busy_response("the server is stopping")
                  : std::exchange(job->work, nullptr)([this, &job](const JobProgress& reached) {
                      const std::lock_guard progressing(mutex_);
                      job->reached = reached;
                      return !stopping_;
                    });
    finish(lane, job, std::move(outcome));
    lock.lock();
  }
}

void OperatorJobs::finish(LaneState& lane, const JobPtr& job, Response outcome) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    lane.busy = false;  // Before anybody is answered, who may ask for the next thing at once.
    job->finished = true;
    waiters.swap(job->waiters);
    job->outcome = std::move(outcome);
    if (!waiters.empty()) std::erase(jobs_, job);
    // Outcomes that nobody fetches are forgotten, the oldest first.
    if (jobs_.size() > kOperatorOutcomesMax) {
      if (const auto oldest = std::find_if(jobs_.begin(), jobs_.end(),
                                           [](const JobPtr& any) { return any->finished; });
          oldest != jobs_.end()) {
        jobs_.erase(oldest);
      }
    }
  }
  for (const Waiter& waiter : waiters) waiter.respond(job->outcome);
}

void OperatorJobs::run_timeouts() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto next = std::chrono::steady_clock::time_point::max();
    for (const JobPtr& job : jobs_) {
      for (const Waiter& waiter : job->waiters) next = std::min(next, waiter.deadline);
    }
    if (next == std::chrono::steady_clock::time_point::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
    const auto timed_out = take_timed_out();
    lock.unlock();
    for (const auto& [job, respond] : timed_out) respond(unfinished_response(job));
    lock.lock();
  }
}

// Under the lock.
std::vector<std::pair<JobReport, Respond>> OperatorJobs::take_timed_out() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::pair<JobReport, Respond>> taken;
  for (const JobPtr& job : jobs_) {
    for (Waiter& waiter : job->waiters) {
      if (waiter.deadline > now) continue;
      taken.emplace_back(JobReport{job->id, job->reached}, std::move(waiter.respond));
    }
    std::erase_if(job->waiters, [&](const Waiter& waiter) { return waiter.deadline <= now; });
  }
  return taken;
}

void OperatorJobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  const std::lock_guard once(joining_);
  for (std::thread* thread : {&changes_.thread, &proofs_.thread, &timeout_thread_}) {
    if (thread->joinable()) thread->join();
  }
}

}  // namespace cowrite::http
