// FarBehind: the submissions of a document that wait for its log, in two lanes: those of whom only
// their source's last submission is to be looked up, which is soon done, and those that have to
// pass records first. Of each lane one group is being read for at a time (catch_up.h); in between,
// their payers take turns.
//
// What comes from a source or a session after something that waits here does not overtake it.
//
// Belongs to the document.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/document/catch_up.h"
#include "server/document/messages.h"
#include "server/document/pending_submission.h"
#include "storage/fair_queue.h"
#include "storage/read_order.h"

namespace cowrite::document {

class FarBehind {
 public:
  enum class Lane : std::uint8_t { kLookUps, kRebases };

  // A group that leaves for the log.
  struct Departure {
    Lane lane = Lane::kLookUps;
    CatchUp members;
    storage::ReadOrder order;
  };

  [[nodiscard]] bool empty() const { return sources_.empty(); }
  [[nodiscard]] std::size_t size() const { return sources_.size(); }

  // The submission comes after one of these.
  [[nodiscard]] bool must_wait(const Submission& submission) const;
  // REQUIRES: must_wait(pending.submission()).
  void hold_back(PendingSubmission pending);

  // The records below `to` are to be passed; none if that is not after pending.progress().at().
  // REQUIRES: !must_wait(pending.submission()).
  void add(PendingSubmission pending, std::uint64_t to);

  // The next group of the lane; absent while one is away, or nobody waits.
  [[nodiscard]] std::optional<Departure> depart(Lane lane);

  // A group is back. Returns those that are done; the others go again. Those who are gone are
  // dropped.
  [[nodiscard]] std::vector<CatchUpMember> come_back(Lane lane, CatchUp members);
  // Then, in order of arrival, those that were held back, of whom each may have to wait again.
  [[nodiscard]] std::vector<PendingSubmission> take_held_back();

  // Drops what is here of those who are gone.
  void drop_gone();

 private:
  struct LaneState {
    storage::FairQueue<CatchUpMember> waiting;
    CatchUp unfinished;  // Those that were away and go again.
    bool away = false;
  };

  void note(const Submission& submission);
  void forget(const Submission& submission);
  // True, and it is forgotten, if whoever submitted it is gone.
  [[nodiscard]] bool forget_gone(const PendingSubmission& pending);
  [[nodiscard]] LaneState& state_of(Lane lane) { return lanes_[static_cast<std::size_t>(lane)]; }

  std::array<LaneState, 2> lanes_;
  std::vector<PendingSubmission> held_back_;
  // Of all of these, those away and those held back included.
  std::multiset<std::string> sources_;
  std::multiset<SessionId> sessions_;
};

}  // namespace cowrite::document
