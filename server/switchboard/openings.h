// Openings: what is asked of documents that are not in memory. Among documents each new one is a
// payer that has used nothing, so whoever asks for ever more of them would be before everybody who
// is at work. Therefore such requests wait here while documents have enough to do, and take turns
// by who asks (loop/fair_turns.h).
//
// Pure; belongs to one thread.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "server/loop/fair_turns.h"
#include "server/switchboard/limits.h"
#include "storage/document_key.h"
#include "storage/payer.h"

namespace cowrite::switchboard {

class Openings {
 public:
  Openings(loop::FairTurns::Post post, loop::FairTurns::Hold hold)
      : turns_(kOpenedAtOnce, std::move(post), std::move(hold)) {}

  // Does `work`, which is about the document, at once or when it is the asker's turn.
  template <typename Work>
  void take(storage::Payer asker, const storage::DocumentKey& key, Work work) {
    ++of_documents_[key];
    turns_.take(asker, [this, key, work = std::move(work)]() mutable {
      const auto found = of_documents_.find(key);
      if (--found->second == 0) of_documents_.erase(found);
      work();
      return std::size_t{1};
    });
  }

  // Something waits that is about the document; what comes after it must wait, too.
  [[nodiscard]] bool has(const storage::DocumentKey& key) const {
    return of_documents_.contains(key);
  }
  [[nodiscard]] std::size_t waiting() const { return turns_.waiting(); }

 private:
  loop::FairTurns turns_;
  std::unordered_map<storage::DocumentKey, std::size_t> of_documents_;  // What waits of each.
};

}  // namespace cowrite::switchboard
