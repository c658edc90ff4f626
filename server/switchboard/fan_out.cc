#include "server/switchboard/fan_out.h"

#include "ot/base/check.h"
#include "server/switchboard/limits.h"

namespace cowrite::switchboard {

// ---- Telling

void FanOut::go_on_later(const std::string& lane, Telling telling) {
  Lane& found = find_or_open(lane);
  CHECK(!found.is_telling());
  found.telling = std::move(telling);
  waiting_.add();
}

FanOut::Lane& FanOut::find_or_open(const std::string& lane) {
  const auto [found, is_new] = lanes_.try_emplace(lane);
  if (is_new) await_turn(*found);
  return found->second;
}

void FanOut::await_turn(Lanes::value_type& lane) {
  waiting_lanes_.add(lane.second.told, &lane);
  schedule();
}

void FanOut::schedule() {
  if (std::exchange(scheduled_, true)) return;
  post_([this] { take_turn(); });
}

void FanOut::take_turn() {
  scheduled_ = false;
  left_ = slice_;
  in_turn_ = true;
  while (left_ > 0 && !waiting_lanes_.empty()) {
    Lanes::value_type& next = *waiting_lanes_.take(waiting_lanes_.next().place);
    const std::size_t before = left_;
    go_on(next.second);
    next.second.told += before - left_;
    if (next.second.is_telling() || !next.second.waiting.empty()) {
      await_turn(next);
    } else {
      lanes_.erase(lanes_.find(next.first));
    }
  }
  in_turn_ = false;
  if (left_ == 0) schedule();
}

void FanOut::go_on(Lane& lane) {
  Telling& telling = lane.telling;
  while (left_ > 0) {
    if (lane.is_telling()) {
      spend(telling.tell(telling.next++));
      if (lane.is_telling()) continue;
      telling.tell = nullptr;
      waiting_.subtract();
    } else if (!lane.waiting.empty()) {
      take_first(lane);
    } else {
      return;
    }
  }
}

void FanOut::take_first(Lane& lane) {
  Waiting& first = lane.waiting.front();
  Work work;
  if (first.work) {
    release_name(lane, lane.first);
    work = take(lane, first);
  }
  lane.waiting.pop_front();
  ++lane.first;
  if (!work) return;
  spend(1);
  work();
}

// ---- Waiting

void FanOut::wait(const std::string& lane, Work work) {
  Lane& found = find_or_open(lane);
  count(found, found.waiting.emplace_back(Waiting{.work = std::move(work)}));
  found.latest.clear();
}

void FanOut::wait(const std::string& lane, Latest latest, Work work) {
  Lane& found = find_or_open(lane);
  const std::size_t listeners = latest.listeners;
  Waiting& place = find_or_add(found, latest);
  if (place.work) {
    if (latest.version < place.latest.version) return;
    (void)take(found, place);
  }
  place = {std::move(work), std::move(latest)};
  count(found, place);
  make_room(found, listeners);
}

// The place of what waits under this name, or one behind all others. Where an end waits, and what
// has ended begins anew, both are told: the versions of what begins anew may be lower, and clients
// that have not heard of the end would ignore it.
FanOut::Waiting& FanOut::find_or_add(Lane& lane, const Latest& latest) {
  const std::uint64_t newest = lane.first + lane.waiting.size();
  const auto [known, is_new] = lane.latest.try_emplace(latest.name, newest);
  if (!is_new) {
    Waiting& place = lane.waiting[known->second - lane.first];
    if (place.latest.kind != Kind::kGone || latest.kind == Kind::kGone) return place;
    known->second = newest;
  }
  return lane.waiting.emplace_back();
}

// Whoever comes last shall not wait long, so what may wait depends on how many are told.
void FanOut::make_room(Lane& lane, std::size_t listeners) {
  const std::size_t shown_max =
      std::max<std::size_t>(kPresenceTellingsMax / std::max<std::size_t>(listeners, 1), 1);
  while (lane.shown > shown_max || bytes_ > kWaitingPresenceBytesMax) {
    if (!forget_first(lane, Kind::kShown, lane.shown_from)) break;
  }
  while (bytes_ > kWaitingPresenceBytesMax) {
    if (!forget_first(lane, Kind::kGone, lane.gone_from)) break;
  }
}

// False if none of the kind waits. Its place stays until it is its turn.
bool FanOut::forget_first(Lane& lane, Kind kind, std::uint64_t& from) {
  for (from = std::max(from, lane.first); from < lane.first + lane.waiting.size(); ++from) {
    Waiting& waiting = lane.waiting[from - lane.first];
    if (!waiting.work || waiting.latest.kind != kind) continue;
    release_name(lane, from);
    (void)take(lane, waiting);
    return true;
  }
  return false;
}

void FanOut::release_name(Lane& lane, std::uint64_t number) {
  const auto known = lane.latest.find(lane.waiting[number - lane.first].latest.name);
  if (known != lane.latest.end() && known->second == number) lane.latest.erase(known);
}

void FanOut::count(Lane& lane, const Waiting& waiting) {
  waiting_.add();
  bytes_ += waiting.latest.bytes;
  if (waiting.latest.kind == Kind::kShown) ++lane.shown;
}

// It does not wait any longer.
FanOut::Work FanOut::take(Lane& lane, Waiting& waiting) {
  waiting_.subtract();
  bytes_ -= waiting.latest.bytes;
  if (waiting.latest.kind == Kind::kShown) --lane.shown;
  return std::exchange(waiting.work, nullptr);
}

}  // namespace cowrite::switchboard
