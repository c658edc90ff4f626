#include "tests/simulation/simulated_log.h"

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "server/document/limits.h"
#include "storage/errors.h"

namespace cowrite::simulation {
namespace {

using storage::AppendOutcome;

// What a reader gets of a disk that fails, or of readers that are busy.
class FailingHistory final : public storage::History {
 public:
  explicit FailingHistory(std::string_view code) : error_{code, "simulated"} {}

  Result<std::vector<storage::ListEntry>> list(const DocumentKey&, std::size_t) const override {
    return error_;
  }
  Result<std::optional<storage::DocumentInfo>> info(const DocumentKey&) const override {
    return error_;
  }
  Result<storage::Snapshot> snapshot(const DocumentKey&,
                                     std::optional<std::uint64_t>) const override {
    return error_;
  }
  Result<std::uint64_t> checkpoint(const DocumentKey&) const override { return error_; }
  Result<std::uint64_t> version_at(const DocumentKey&, std::int64_t) const override {
    return error_;
  }
  Result<std::vector<storage::Record>> records(const DocumentKey&, std::uint64_t, std::uint64_t,
                                               std::size_t) const override {
    return error_;
  }
  storage::SourceEntries sources(const storage::DocumentKey&, std::span<const std::string> names,
                                 std::uint64_t) const override {
    return {names.size(), error_};
  }

 private:
  Error error_;
};

std::string describe(const storage::Append& append) {
  return append.key.id() + " " + std::to_string(append.expected_version) + "+" +
         std::to_string(append.records->size());
}

}  // namespace

void SimulatedLog::append(std::vector<storage::Append> appends,
                          std::function<void(const Outcomes&)> done) {
  Group group{.appends = {}, .done = std::move(done)};
  for (storage::Append& append : appends) {
    if (!appending_.insert(append.key).second) {
      oracle_.breach("log", append.key.id() + " has two appends in flight");
    }
    if (append.records->size() > document::kBatchRecordsMax) {
      oracle_.breach("bounds", append.key.id() + " appends more records than a batch may have");
    }
    trace_.note("log", "is asked for", describe(append));
    group.appends.push_back({std::move(append)});
  }
  queue_.push_back(std::move(group));
  if (writing_.empty()) start_write();
}

void SimulatedLog::start_write() {
  writing_ = std::exchange(queue_, {});
  later(faults.write_max, [this] { finish_write(); });
}

void SimulatedLog::finish_write() {
  const bool may_break = !failed_ && random_.percent(faults.unknown);
  const bool survives = !may_break || random_.one_in(2);
  bool breaks = false;
  for (Group& group : writing_) {
    for (Pending& pending : group.appends) {
      if (!write(pending, may_break, survives)) return;
      breaks = breaks || pending.outcome == AppendOutcome::kUnknown;
    }
  }
  failed_ = failed_ || breaks;
  auto reported = std::make_shared<std::vector<Group>>(std::exchange(writing_, {}));
  later(faults.write_max / 4, [this, reported] {
    for (const Group& group : *reported) report(group);
  });
  if (!queue_.empty()) start_write();
}

void SimulatedLog::report(const Group& group) {
  static constexpr const char* kOutcomes[] = {"committed", "conflict", "refused", "unknown"};
  Outcomes outcomes;
  for (const Pending& pending : group.appends) {
    trace_.note("log", kOutcomes[static_cast<int>(pending.outcome)], describe(pending.append));
    appending_.erase(pending.append.key);
    outcomes.push_back(pending.outcome);
  }
  group.done(outcomes);
}

// False if the server broke its promises to the log.
bool SimulatedLog::write(Pending& pending, bool may_break, bool survives) {
  if (failed_ || random_.percent(faults.refuse)) return true;
  const storage::Append& append = pending.append;
  if (ledger_.book(append.key).version() != append.expected_version) {
    pending.outcome = AppendOutcome::kConflict;
    return true;
  }
  pending.outcome = may_break ? AppendOutcome::kUnknown : AppendOutcome::kCommitted;
  return !survives || add(append);
}

bool SimulatedLog::add(const storage::Append& append) {
  const std::optional<std::string> broken = ledger_.add(append);
  if (broken) oracle_.breach("P3", append.key.id() + ": " + *broken);
  if (!broken) maybe_pack(append.key);
  return !broken;
}

void SimulatedLog::save_checkpoint(DocumentKey key, storage::Snapshot snapshot) {
  const storage::Snapshot& truth = ledger_.book(key).versions.at(snapshot.version);
  if (snapshot.exists != truth.exists || !(snapshot.text == truth.text)) {
    oracle_.breach("P4", "a checkpoint of " + key.id() + " has another text");
  }
  if (random_.one_in(4)) return;  // It may be dropped.
  later(faults.write_max, [this, key = std::move(key), snapshot = std::move(snapshot)] {
    ledger_.add_checkpoint(key, snapshot);
  });
}

// The documents of a run are too short for packing to be due by itself (maybe_pack()).
void SimulatedLog::pack(DocumentKey key, std::uint64_t version) {
  later(faults.write_max, [this, key = std::move(key), version] { ledger_.pack(key, version); });
}

void SimulatedLog::maybe_pack(const DocumentKey& key) {
  if (!random_.one_in(8)) return;
  const auto version = static_cast<std::int64_t>(ledger_.book(key).version());
  pack(key, static_cast<std::uint64_t>(random_.between(0, version)));
}

void SimulatedLog::read(const storage::ReadOrder&,
                        std::function<void(const storage::History&)> job) {
  if (random_.percent(faults.busy)) {
    trace_.note("log", "is busy");
    job(FailingHistory(storage::kErrBusy));
    return;
  }
  later(faults.read_max, [this, job = std::move(job)] {
    if (random_.percent(faults.read_error)) {
      trace_.note("log", "fails to read");
      job(FailingHistory(storage::kErrIo));
    } else {
      job(ledger_);
    }
  });
}

void SimulatedLog::later(Microseconds delay_max, std::function<void()> work) {
  timeline_.after(random_.between(0, delay_max), [this, life = life_, work = std::move(work)] {
    if (life == life_) work();
  });
}

void SimulatedLog::crash() {
  ++life_;
  const bool survives = random_.one_in(2);
  for (const Group& group : writing_) {
    for (const Pending& pending : group.appends) {
      const Ledger::Book& book = ledger_.book(pending.append.key);
      if (!survives || failed_ || book.version() != pending.append.expected_version) continue;
      if (!add(pending.append)) break;
      trace_.note("log", "kept at the crash", describe(pending.append));
    }
  }
  writing_.clear();
  queue_.clear();
  appending_.clear();
  failed_ = false;
}

}  // namespace cowrite::simulation
