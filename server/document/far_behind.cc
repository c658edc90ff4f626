#include "server/document/far_behind.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"
#include "server/document/limits.h"

namespace cowrite::document {

bool FarBehind::must_wait(const Submission& submission) const {
  return !sources_.empty() &&
         (sources_.contains(submission.source) || sessions_.contains(submission.session));
}

void FarBehind::hold_back(PendingSubmission pending) {
  note(pending.submission());
  held_back_.push_back(std::move(pending));
}

void FarBehind::add(PendingSubmission pending, std::uint64_t to) {
  note(pending.submission());
  const bool passes = to > pending.progress().at();
  const storage::Payer payer = pending.submission().payer;
  state_of(passes ? Lane::kRebases : Lane::kLookUps)
      .waiting.push(payer, CatchUpMember{.pending = std::move(pending), .to = to});
}

// The operator's submissions have no session.
void FarBehind::note(const Submission& submission) {
  sources_.insert(submission.source);
  if (submission.session.number != 0) sessions_.insert(submission.session);
}

void FarBehind::forget(const Submission& submission) {
  sources_.extract(submission.source);
  sessions_.extract(submission.session);
}

bool FarBehind::forget_gone(const PendingSubmission& pending) {
  if (!pending.is_gone()) return false;
  forget(pending.submission());
  return true;
}

void FarBehind::drop_gone() {
  const auto is_gone = [this](const CatchUpMember& member) { return forget_gone(member.pending); };
  for (LaneState& lane : lanes_) {
    lane.waiting.erase_if(is_gone);
    std::erase_if(lane.unfinished, is_gone);
  }
  std::erase_if(held_back_, [this](const auto& pending) { return forget_gone(pending); });
}

std::optional<FarBehind::Departure> FarBehind::depart(Lane lane) {
  LaneState& from = state_of(lane);
  const bool passes = lane == Lane::kRebases;
  if (from.away || (from.unfinished.empty() && from.waiting.empty())) return std::nullopt;
  Departure departure{.lane = lane, .members = std::exchange(from.unfinished, {})};
  const std::size_t members_max = passes ? kRebasesAtOnceMax : kLookUpsAtOnceMax;
  while (departure.members.size() < members_max && !from.waiting.empty()) {
    auto [payer, member] = from.waiting.pop();
    from.waiting.charge(payer, 1);
    departure.members.push_back(std::move(member));
  }
  departure.order = {passes ? storage::Urgency::kCatchUp : storage::Urgency::kOpening,
                     departure.members.front().pending.submission().payer};
  from.away = true;
  return departure;
}

std::vector<CatchUpMember> FarBehind::come_back(Lane lane, CatchUp members) {
  LaneState& to = state_of(lane);
  CHECK(to.away);
  to.away = false;
  std::vector<CatchUpMember> done;
  for (CatchUpMember& member : members) {
    if (forget_gone(member.pending)) continue;
    if (!member.done()) {
      to.unfinished.push_back(std::move(member));
      continue;
    }
    forget(member.pending.submission());
    done.push_back(std::move(member));
  }
  // Another one is the first to be taken on next time.
  if (!to.unfinished.empty()) {
    std::rotate(to.unfinished.begin(), to.unfinished.begin() + 1, to.unfinished.end());
  }
  return done;
}

std::vector<PendingSubmission> FarBehind::take_held_back() {
  for (const PendingSubmission& pending : held_back_) forget(pending.submission());
  return std::exchange(held_back_, {});
}

}  // namespace cowrite::document
