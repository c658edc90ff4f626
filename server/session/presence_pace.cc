#include "server/session/presence_pace.h"

#include <algorithm>

#include "server/session/limits.h"

namespace cowrite::session {

PresencePace::Name PresencePace::name_of(const protocol::Presence& presence) {
  return {presence.channel, presence.id};
}

bool PresencePace::is_of(const protocol::Presence& one, const protocol::Presence& other) {
  return one.id == other.id && one.channel == other.channel;
}

std::size_t PresencePace::bytes_of(const protocol::Presence& presence) {
  return presence.channel.size() + presence.id.size() + presence.value.size();
}

bool PresencePace::fits(const protocol::Presence& presence) const {
  return sent_.empty() || (sent_.size() < kPresencesPerConnectionMax &&
                           bytes_ + bytes_of(presence) <= kPresenceBytesPerPeriod &&
                           !sent_.contains(name_of(presence)));
}

void PresencePace::count(const protocol::Presence& presence) {
  sent_.insert(name_of(presence));
  bytes_ += bytes_of(presence);
}

bool PresencePace::admit(const protocol::Presence& presence) {
  const auto waits =
      std::ranges::find_if(waiting_, [&](const auto& one) { return is_of(one, presence); });
  if (waits != waiting_.end()) {
    *waits = presence;
    trim();
    return false;
  }
  if (!fits(presence)) {
    waiting_.push_back(presence);
    trim();
    return false;
  }
  count(presence);
  return true;
}

// Pays for so many bytes that wait, instead of what was paid before. False if it cannot.
bool PresencePace::pay(std::size_t bytes) {
  if (bytes > paid_bytes_ && !followed_.take(bytes - paid_bytes_)) return false;
  if (bytes < paid_bytes_) followed_.give_back(paid_bytes_ - bytes);
  paid_bytes_ = bytes;
  return true;
}

void PresencePace::trim() {
  std::size_t bytes = 0;
  for (const protocol::Presence& presence : waiting_) bytes += bytes_of(presence);
  while (waiting_.size() > kPresencesPerConnectionMax || bytes > kPresenceBytesWaitingMax ||
         !pay(bytes + waiting_.size() * kPresenceBytes)) {
    bytes -= bytes_of(waiting_.front());
    waiting_.erase(waiting_.begin());
  }
}

std::vector<protocol::Presence> PresencePace::next_period() {
  sent_.clear();
  bytes_ = 0;
  std::vector<protocol::Presence> due;
  std::vector<protocol::Presence> waited = std::exchange(waiting_, {});
  due.reserve(waited.size());
  for (protocol::Presence& presence : waited) {
    const bool goes = fits(presence);
    if (goes) count(presence);
    (goes ? due : waiting_).push_back(std::move(presence));
  }
  trim();
  return due;
}

void PresencePace::forget(const protocol::Presence& presence) {
  std::erase_if(waiting_, [&](const auto& waits) { return is_of(waits, presence); });
  trim();
}

void PresencePace::forget(const std::string& channel) {
  std::erase_if(waiting_, [&](const auto& presence) { return presence.channel == channel; });
  trim();
}

void PresencePace::forget_all() {
  waiting_.clear();
  trim();
}

}  // namespace cowrite::session
