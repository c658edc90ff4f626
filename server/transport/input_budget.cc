#include "server/transport/input_budget.h"

#include <exception>

#include "ot/base/check.h"
#include "server/transport/limits.h"

namespace cowrite::transport {

// ---- Grants

InputBudget::Grant& InputBudget::Grant::operator=(Grant&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  budget_ = std::exchange(other.budget_, nullptr);
  payer_ = other.payer_;
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void InputBudget::Grant::give_back() {
  if (const auto budget = std::exchange(budget_, nullptr)) {
    budget->release(payer_, std::exchange(bytes_, 0));
  }
}

void InputBudget::Grant::add(Grant other) {
  if (!budget_) {
    *this = std::move(other);
  } else if (other.budget_) {
    CHECK(budget_ == other.budget_ && payer_ == other.payer_);
    bytes_ += std::exchange(other.bytes_, 0);
    other.budget_ = nullptr;
  }
}

void InputBudget::Grant::grow_to(std::uint64_t bytes) {
  if (!budget_ || bytes <= bytes_) return;
  budget_->charge(payer_, bytes - bytes_);
  bytes_ = bytes;
}

// ---- The budget

InputBudget::InputBudget(std::uint64_t bytes_max, std::function<void()> wake)
    : bytes_max_(bytes_max), wake_(std::move(wake)) {
  CHECK(bytes_max_ >= kInputBytesMin);
}

InputBudget::Turn InputBudget::turn_of(storage::Payer payer, const Account& account) {
  const Ticket first = account.line.begin()->first;
  return {first.bytes > kSmallInputBytes, account.held, first, payer};
}

bool InputBudget::fits(std::uint64_t bytes) const {
  const std::uint64_t usable =
      bytes > kSmallInputBytes ? bytes_max_ - kInputBytesForSmall : bytes_max_;
  return held_ <= usable && bytes <= usable - held_;
}

template <typename Change>
void InputBudget::change(storage::Payer payer, Change change) {
  const auto account = accounts_.try_emplace(payer).first;
  if (!account->second.line.empty()) turns_.erase(turn_of(payer, account->second));
  change(account->second);
  if (!account->second.line.empty()) {
    turns_.insert(turn_of(payer, account->second));
  } else if (account->second.held == 0) {
    accounts_.erase(account);
  }
}

InputBudget::Grant InputBudget::take(storage::Payer payer, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (!fits(bytes)) return {};
  // Who is small does not wait behind those who are large.
  if (!turns_.empty() && (bytes > kSmallInputBytes || !turns_.begin()->large)) return {};
  change(payer, [bytes](Account& account) { account.held += bytes; });
  held_ += bytes;
  return {shared_from_this(), payer, bytes};
}

void InputBudget::charge(storage::Payer payer, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  change(payer, [bytes](Account& account) { account.held += bytes; });
  held_ += bytes;
}

InputBudget::Place InputBudget::wait(storage::Payer payer, std::uint64_t bytes,
                                     std::function<void(Grant)> given) {
  CHECK(bytes <= kMessageBytesMax);
  const std::lock_guard lock(mutex_);
  const Ticket ticket{bytes, ++tickets_};
  change(payer, [&](Account& account) { account.line.emplace(ticket, std::move(given)); });
  return {this,
          [budget = shared_from_this(), payer, ticket](void*) { budget->leave(payer, ticket); }};
}

void InputBudget::leave(storage::Payer payer, const Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  if (!accounts_.contains(payer)) return;
  change(payer, [&](Account& account) { account.line.erase(ticket); });
}

// Memory may have run out, and then serve() is called later.
void InputBudget::release(storage::Payer payer, std::uint64_t bytes) {
  bool waited_for = false;
  {
    const std::lock_guard lock(mutex_);
    CHECK(held_ >= bytes);
    held_ -= bytes;
    change(payer, [bytes](Account& account) { account.held -= bytes; });
    waited_for = !turns_.empty();
  }
  try {
    if (waited_for) wake_();
  } catch (const std::exception&) {
  }
}

void InputBudget::serve() {
  std::unique_lock lock(mutex_);
  while (!turns_.empty() && fits(turns_.begin()->first.bytes)) {
    const Turn turn = *turns_.begin();
    std::function<void(Grant)> given;
    change(turn.payer, [&](Account& account) {
      given = std::move(account.line.begin()->second);
      account.line.erase(account.line.begin());
      account.held += turn.first.bytes;
    });
    held_ += turn.first.bytes;
    Grant grant(shared_from_this(), turn.payer, turn.first.bytes);
    lock.unlock();
    given(std::move(grant));
    lock.lock();
  }
}

bool InputBudget::is_waited_for() const {
  const std::lock_guard lock(mutex_);
  return !turns_.empty();
}

std::uint64_t InputBudget::bytes() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace cowrite::transport
