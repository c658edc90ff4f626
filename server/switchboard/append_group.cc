#include "server/switchboard/append_group.h"

namespace cowrite::switchboard {

void AppendGroup::append(storage::Append append, Done done) {
  waiting_.push_back({append.key, std::move(done)});
  appends_.push_back(std::move(append));
  if (std::exchange(is_scheduled_, true)) return;
  post_([this] { queue_all(); });
}

void AppendGroup::queue_all() {
  is_scheduled_ = false;
  if (appends_.empty()) return;
  const auto waiting = std::make_shared<std::vector<Waiting>>(std::exchange(waiting_, {}));
  log_.append(std::exchange(appends_, {}),
              [this, waiting](const storage::OperationLog::Outcomes& outcomes) {
                post_([this, waiting, outcomes] { decided(std::move(*waiting), outcomes); });
              });
}

void AppendGroup::decided(std::vector<Waiting> waiting,
                          const storage::OperationLog::Outcomes& outcomes) {
  together([&] {
    auto outcome = outcomes.begin();
    for (Waiting& one : waiting) {
      in_turn_(one.key, [done = std::move(one.done), outcome = *outcome++] { done(outcome); });
    }
  });
}

}  // namespace cowrite::switchboard
