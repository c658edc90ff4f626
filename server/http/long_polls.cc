#include "server/http/long_polls.h"

#include <iterator>
#include <utility>

namespace cowrite::http {

namespace {

// For all who wait, and soon done.
constexpr storage::ReadOrder kLook{storage::Urgency::kCatchUp, storage::Payer::kServer};

}  // namespace

LongPolls::LongPolls(storage::OperationLog& log) : log_(log), thread_([this] { run(); }) {}

bool LongPolls::enter(Waiter waiter) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopped || !state_->shares.take(waiter.payer)) return false;
  state_->waiters.push_back(std::move(waiter));
  state_->changed.notify_all();
  return true;
}

void LongPolls::stop() {
  const std::lock_guard once(joining_);
  std::vector<Waiter> forgotten;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    state_->waiters.swap(forgotten);
    state_->changed.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void LongPolls::run() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  while (true) {
    state.changed.wait(lock,
                       [&] { return state.stopped || (!state.waiters.empty() && !state.reading); });
    if (state.changed.wait_for(lock, kLongPollInterval, [&] { return state.stopped; })) return;
    if (state.waiters.empty()) continue;
    state.reading = true;
    lock.unlock();
    log_.read(kLook,
              [shared = state_](const storage::History& history) { look(*shared, history); });
    lock.lock();
  }
}

// On a reader thread.
void LongPolls::look(State& state, const storage::History& history) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(state.mutex);
    waiters.swap(state.waiters);
  }
  const auto now = std::chrono::steady_clock::now();
  std::vector<Waiter> remaining;
  std::vector<storage::Payer> answered;
  remaining.reserve(waiters.size());
  answered.reserve(waiters.size());
  for (Waiter& waiter : waiters) {
    if (now >= waiter.deadline || waiter.ready(history)) {
      waiter.respond(history);
      answered.push_back(waiter.payer);
    } else {
      remaining.push_back(std::move(waiter));
    }
  }
  const std::lock_guard lock(state.mutex);
  for (const storage::Payer payer : answered) state.shares.give_back(payer);
  if (!state.stopped) {
    std::move(remaining.begin(), remaining.end(), std::back_inserter(state.waiters));
  }
  state.reading = false;
  state.changed.notify_all();
}

}  // namespace cowrite::http
