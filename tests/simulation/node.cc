#include "tests/simulation/node.h"

#include <algorithm>
#include <utility>

namespace cowrite::simulation {
namespace {

// How long what is posted may wait for its loop, in microseconds.
constexpr Microseconds kLoopDelayMax = 30;

}  // namespace

Node::Node(Dependencies dependencies, std::size_t loops, std::size_t documents_bytes,
           const switchboard::AtOnce& at_once)
    : around_(std::move(dependencies)),
      last_(loops),
      switchboard_({.loops = loops,
                    .history_id = {},
                    .documents_bytes = documents_bytes,
                    .at_once = at_once},
                   around_.log, ports()) {}

switchboard::Ports Node::ports() {
  using Work = switchboard::Ports::Work;
  return {
      .post =
          [this](LoopIndex loop, Work work) {
            const Microseconds delay = around_.random.between(0, kLoopDelayMax);
            last_[loop] = std::max(last_[loop], around_.timeline.now() + delay);
            run_at(last_[loop], std::move(work));
          },
      .post_after =
          [this](LoopIndex, std::chrono::milliseconds delay, Work work) {
            run_at(around_.timeline.now() + delay.count() * 1'000, std::move(work));
          },
      .now_ms = around_.now_ms,
      .new_id = [this] { return "s" + std::to_string(around_.random.next()); },
      .halt = around_.halt,
  };
}

void Node::run_at(Microseconds time, std::function<void()> work) {
  around_.timeline.at(time, [node = weak_from_this(), work = std::move(work)] {
    if (const auto alive = node.lock()) work();
  });
}

void Node::accept(const std::shared_ptr<NetworkLink>& link) {
  const auto loop = static_cast<LoopIndex>(around_.random.below(last_.size()));
  // Three addresses, from which all come.
  const storage::Payer payer{1 + around_.random.below(3)};
  link->accepted(switchboard_.accept(loop, link, payer));
}

void Node::drain() {
  for (LoopIndex loop = 0; loop < last_.size(); ++loop) switchboard_.drain(loop, [] {});
}

void Node::evict_idle() {
  for (LoopIndex loop = 0; loop < last_.size(); ++loop) switchboard_.evict_idle(loop);
}

std::string Node::leftovers() const {
  std::string all;
  for (LoopIndex loop = 0; loop < last_.size(); ++loop) {
    const std::string left = switchboard_.in_use(loop);
    if (!left.empty()) all += (all.empty() ? "" : ", ") + left;
  }
  return all;
}

}  // namespace cowrite::simulation
