#include "server/http/long_polls.h"

#include <iterator>
#include <utility>

#include "server/http/limits.h"

namespace cowrite::http {

LongPolls::LongPolls(storage::OperationLog& log) : log_(log), thread_([this] { run(); }) {}

bool LongPolls::enter(Waiter guest) {
  const std::lock_guard lock(state_->mutex);
  if (state_->closed || state_->inside >= kWaitersMax) return false;
  state_->guests.push_back(std::move(guest));
  ++state_->inside;
  state_->changed.notify_all();
  return true;
}

void LongPolls::stop() {
  const std::lock_guard once(stopping_);
  std::vector<Waiter> forgotten;
  {
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->guests.swap(forgotten);
    state_->changed.notify_all();
    state_->changed.wait(lock, [this] { return !state_->looking; });
  }
  if (thread_.joinable()) thread_.join();
}

void LongPolls::run() {
  std::unique_lock lock(state_->mutex);
  while (true) {
    state_->changed.wait(
        lock, [this] { return state_->closed || (!state_->guests.empty() && !state_->looking); });
    if (state_->changed.wait_for(lock, kLongPollInterval, [this] { return state_->closed; }))
      return;
    if (state_->guests.empty()) continue;
    state_->looking = true;
    lock.unlock();
    log_.read([state = state_](const storage::History& history) { look(*state, history); });
    lock.lock();
  }
}

// On a reader thread.
void LongPolls::look(State& state, const storage::History& history) {
  std::vector<Waiter> waiting;
  {
    const std::lock_guard lock(state.mutex);
    waiting.swap(state.guests);
  }
  const auto now = std::chrono::steady_clock::now();
  std::vector<Waiter> stay;
  for (Waiter& guest : waiting) {
    if (now >= guest.deadline || guest.ready(history)) {
      guest.leave(history);
    } else {
      stay.push_back(std::move(guest));
    }
  }
  const std::lock_guard lock(state.mutex);
  state.inside -= waiting.size() - stay.size();
  if (!state.closed) std::move(stay.begin(), stay.end(), std::back_inserter(state.guests));
  state.looking = false;
  state.changed.notify_all();
}

}  // namespace cowrite::http
