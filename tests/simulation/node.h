// Node: one life of a server process: the real switchboard with its sessions, documents and
// channels, whose loops are run by the Timeline instead of threads. Each loop runs what is posted
// to it in order. Destroying a node is a crash: nothing of it runs any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/switchboard/switchboard.h"
#include "storage/operation_log.h"
#include "tests/simulation/network_link.h"
#include "tests/simulation/random.h"
#include "tests/simulation/timeline.h"

namespace cowrite::simulation {

class Node : public std::enable_shared_from_this<Node> {
 public:
  struct Dependencies {
    Timeline& timeline;
    Random& random;
    storage::OperationLog& log;
    std::function<std::int64_t()> now_ms;
    std::function<void()> halt;  // The log is in an unknown state.
  };

  // Idle documents leave where all take more than documents_bytes; each loop does so much at once.
  // REQUIRES: loops > 0; owned by a shared_ptr before anything is called.
  Node(Dependencies dependencies, std::size_t loops, std::size_t documents_bytes,
       const switchboard::AtOnce& at_once);

  void accept(const std::shared_ptr<NetworkLink>& link);
  // Lets every session finish and close.
  void drain();
  // Looks for documents that nobody needs.
  void evict_idle();

  [[nodiscard]] switchboard::Switchboard& switchboard() { return switchboard_; }
  // Nobody is served: what is left over, in words; empty if it is nothing.
  [[nodiscard]] std::string leftovers() const;

 private:
  using LoopIndex = document::LoopIndex;

  [[nodiscard]] switchboard::Ports ports();
  void run_at(Microseconds time, std::function<void()> work);

  const Dependencies around_;
  std::vector<Microseconds> last_;  // Of each loop: when the newest of what was posted runs.
  switchboard::Switchboard switchboard_;
};

}  // namespace cowrite::simulation
