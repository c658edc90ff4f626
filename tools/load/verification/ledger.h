// Ledger: what one author typed, when, in which submissions it went, and as which records the
// server acknowledged them. Deliveries are timed with it, and the verification compares it with the
// history.
//
// The author's loop writes; any thread asks for the time of keystrokes. All else is for after the
// run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/load/clock.h"

namespace cowrite::load {

class Ledger {
 public:
  struct Submission {
    std::size_t first_keystroke = 0;
    std::uint64_t inserts = 0;             // hash_of_inserts().
    std::optional<std::uint64_t> version;  // Under which it was acknowledged.
    std::uint64_t hash = 0;                // hash_of() the operation as it was by then.
  };

  // A key is pressed, or should have been: a latency counts from when it was due.
  void type(Time due);
  // All that was typed since the last submission is submitted. Sequences begin with 1 and have no
  // gaps.
  void submit(std::uint64_t sequence, std::uint64_t inserts);
  void acknowledge(std::uint64_t sequence, std::uint64_t version, std::uint64_t hash);

  // Calls function(due) for each keystroke of a submission; none if there is no such.
  template <typename Function>
  void for_each_keystroke(std::uint64_t sequence, Function function) const {
    const std::scoped_lock lock(mutex_);
    if (sequence == 0 || sequence > submissions_.size()) return;
    const std::size_t end = sequence < submissions_.size() ? submissions_[sequence].first_keystroke
                                                           : submitted_keystrokes_;
    for (std::size_t i = submissions_[sequence - 1].first_keystroke; i < end; ++i) {
      function(keystrokes_[i]);
    }
  }

  // Submission `sequence` is number sequence - 1.
  [[nodiscard]] const std::vector<Submission>& submissions() const { return submissions_; }

 private:
  mutable std::mutex mutex_;
  std::vector<Time> keystrokes_;
  std::size_t submitted_keystrokes_ = 0;
  std::vector<Submission> submissions_;
};

// Who has which id (ShareDB's "src"), and the name by which others know it of a server that keeps
// ids to itself. Filled while clients connect for the first time, from all
// loops; after that only read.
class Authors {
 public:
  // The ledger outlives this.
  void add(const std::string& source, Ledger& ledger, std::size_t client);

  struct Author {
    Ledger* ledger = nullptr;
    std::size_t client = 0;
  };
  // Null if nobody here has this id or name. REQUIRES: nobody calls add() any more.
  [[nodiscard]] const Author* find(std::string_view source) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Author, Hash, std::equal_to<>> authors_;
};

}  // namespace cowrite::load
