// SimulatedLog: the log of a node as the server meets it: slow, sometimes busy, full or broken, and
// shared with another node that writes too.
//
// As the real one it takes all that is queued as one write. A write is durable (in the Ledger) when
// it is synced, and only then does anybody hear of it; in between the process may die. What was
// being written at a crash is durable or not, nobody can tell which beforehand; what was queued is
// forgotten.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "storage/operation_log.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/random.h"
#include "tests/simulation/timeline.h"
#include "tests/simulation/trace.h"

namespace cowrite::simulation {

// Chances in percent, times in microseconds.
struct LogFaults {
  std::uint64_t refuse = 0;      // An append.
  std::uint64_t unknown = 0;     // The outcome of a write.
  std::uint64_t read_error = 0;  // A read.
  std::uint64_t busy = 0;        // The readers.
  Microseconds write_max = 1'000;
  Microseconds read_max = 1'000;
};

class SimulatedLog final : public storage::OperationLog {
 public:
  SimulatedLog(Timeline& timeline, Random& random, Trace& trace, Ledger& ledger, Oracle& oracle)
      : timeline_(timeline), random_(random), trace_(trace), ledger_(ledger), oracle_(oracle) {}

  LogFaults faults;

  using OperationLog::append;
  void append(std::vector<storage::Append> appends,
              std::function<void(const Outcomes&)> done) override;
  void save_checkpoint(DocumentKey key, storage::Snapshot snapshot) override;
  void pack(DocumentKey key, std::uint64_t version) override;
  void read(const storage::ReadOrder& order,
            std::function<void(const storage::History&)> job) override;

  // The process ends. Nobody of it is called any more.
  void crash();

 private:
  struct Pending {
    storage::Append append;
    storage::AppendOutcome outcome = storage::AppendOutcome::kRefused;
  };
  // What was asked for together, and is written together.
  struct Group {
    std::vector<Pending> appends;
    std::function<void(const Outcomes&)> done;
  };

  void start_write();
  void finish_write();
  void report(const Group& group);
  [[nodiscard]] bool write(Pending& pending, bool may_break, bool survives);
  [[nodiscard]] bool add(const storage::Append& append);
  void maybe_pack(const DocumentKey& key);
  // Calls `work` after a random time, unless the process dies before.
  void later(Microseconds delay_max, std::function<void()> work);

  Timeline& timeline_;
  Random& random_;
  Trace& trace_;
  Ledger& ledger_;
  Oracle& oracle_;

  std::vector<Group> queue_;
  std::vector<Group> writing_;
  std::set<DocumentKey> appending_;  // Have an append queued or written and not reported.
  bool failed_ = false;              // After an unknown outcome nothing is written any more.
  std::uint64_t life_ = 0;           // Counts crashes.
};

}  // namespace cowrite::simulation
