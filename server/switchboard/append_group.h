// AppendGroup: what the documents of one loop append, on its way to the log. What they append in
// one piece of work, or until the loop's next turn, goes there together, and shares a sync; so does
// what follows from its outcomes.
//
// Belongs to the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/document_key.h"
#include "storage/operation_log.h"

namespace cowrite::switchboard {

class AppendGroup {
 public:
  using Work = std::function<void()>;
  using Done = std::function<void(storage::AppendOutcome)>;

  // `post` has work done in another turn of the loop, from any thread; `in_turn` when it is the
  // document's turn. REQUIRES: the log, and this, outlive what is posted.
  AppendGroup(storage::OperationLog& log, std::function<void(Work)> post,
              std::function<void(const storage::DocumentKey&, Work)> in_turn)
      : log_(log), post_(std::move(post)), in_turn_(std::move(in_turn)) {}

  // Calls `done` on the loop, in the document's turn.
  void append(storage::Append append, Done done);

  // Does the work, and then queues all that was appended in it.
  template <typename DoWork>
  void together(DoWork work) {
    is_scheduled_ = true;
    work();
    queue_all();
  }

 private:
  struct Waiting {
    storage::DocumentKey key;
    Done done;
  };

  void queue_all();
  void decided(std::vector<Waiting> waiting, const storage::OperationLog::Outcomes& outcomes);

  storage::OperationLog& log_;
  const std::function<void(Work)> post_;
  const std::function<void(const storage::DocumentKey&, Work)> in_turn_;
  // In the same order.
  std::vector<storage::Append> appends_;
  std::vector<Waiting> waiting_;
  bool is_scheduled_ = false;  // queue_all() will be called.
};

}  // namespace cowrite::switchboard
