#include "server/session/followed_memory.h"

#include "ot/base/check.h"
#include "server/session/limits.h"

namespace cowrite::session {

std::size_t FollowedMemory::usable(std::size_t bytes) const {
  return bytes <= kFollowedBytesOfSmall ? bytes_max_ : bytes_max_ / kFollowedPartOfLarge;
}

bool FollowedMemory::Account::take(std::size_t bytes) {
  if (memory_) {
    const std::size_t usable = memory_->usable(bytes_ + bytes);
    std::size_t before = memory_->bytes_;
    do {
      if (bytes > usable || before > usable - bytes) return false;
    } while (!memory_->bytes_.compare_exchange_weak(before, before + bytes));
  }
  bytes_ += bytes;
  return true;
}

void FollowedMemory::Account::hold(std::size_t bytes) {
  if (memory_) memory_->bytes_ += bytes;
  bytes_ += bytes;
}

void FollowedMemory::Account::give_back(std::size_t bytes) {
  CHECK(bytes <= bytes_);
  bytes_ -= bytes;
  if (memory_) memory_->bytes_ -= bytes;
}

std::shared_ptr<const void> FollowedMemory::Account::give_back_later(std::size_t bytes) {
  return {nullptr, [self = shared_from_this(), bytes](const void*) { self->give_back(bytes); }};
}

bool FollowedMemory::Account::fits() const {
  return !memory_ || memory_->bytes_ <= memory_->usable(bytes_);
}

}  // namespace cowrite::session
