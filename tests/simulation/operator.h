// Operator: changes documents of the running server without a session of its own, and replaces
// histories past the live documents, as an import does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/document/messages.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/node.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/random.h"
#include "tests/simulation/rival.h"

namespace cowrite::simulation {

class Operator {
 public:
  // `rival` writes what is imported.
  Operator(Random& random, const Ledger& ledger, Oracle& oracle, Rival& rival)
      : random_(random), ledger_(ledger), oracle_(oracle), rival_(rival) {}

  // Does one thing to a document.
  void act(Node& node, const DocumentKey& key, std::int64_t now_ms);

  // The node is dead: what it has not answered stays unanswered.
  void forget() { unanswered_ = std::make_shared<std::size_t>(0); }
  // What was submitted to a living node is answered by now.
  void judge();

 private:
  void submit(Node& node, const DocumentKey& key);
  void check(const DocumentKey& key, const storage::Change& change, const document::Answer& answer);

  Random& random_;
  const Ledger& ledger_;
  Oracle& oracle_;
  Rival& rival_;
  std::shared_ptr<std::size_t> unanswered_ = std::make_shared<std::size_t>(0);  // By this node.
};

}  // namespace cowrite::simulation
