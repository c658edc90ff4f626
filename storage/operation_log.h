// OperationLog: the seam between live documents and the log that makes their records durable.
//
// The log decides: a record is committed when append() says so, and a document is the fold of its
// committed records. RocksDbLog implements it for one node. A conflict happens there when the
// operator adds records to a document that is open.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/document_key.h"
#include "storage/history.h"
#include "storage/read_order.h"
#include "storage/record.h"

namespace cowrite::storage {

// A batch for one document: atomic, and it names the version that it expects to follow.
struct Append {
  DocumentKey key;
  std::uint64_t expected_version = 0;
  // Not empty; versions expected_version, +1, ...; times never decrease, also compared with the
  // record before the batch.
  std::shared_ptr<const std::vector<Record>> records;
  // The document after the batch, for listings and checked by readers of the newest version.
  bool exists_after = false;
  std::uint64_t bytes_after = 0;  // Of its text; 0 if it does not exist.
};

enum class AppendOutcome {
  // Durable: synced to disk.
  kCommitted,
  // Nothing was written: the log is not at expected_version.
  kConflict,
  // Nothing was written: too much is queued (it may be tried again), the document cannot be read,
  // or an earlier write failed (after which the log takes nothing more).
  kRefused,
  // A write or sync failed; whether the batch is durable shows after a restart. The log takes
  // nothing more.
  kUnknown,
};

class OperationLog {
 public:
  virtual ~OperationLog() = default;

  // Queues batches, each of which is atomic, and all of which share a sync if they can. `done` runs
  // once, when all are decided, with their outcomes in the same order, on a thread of the log's,
  // never inside append(); it must not block. Batches of one document are committed in the order in
  // which they were queued. REQUIRES: there are some.
  using Outcomes = std::vector<AppendOutcome>;
  virtual void append(std::vector<Append> appends, std::function<void(const Outcomes&)> done) = 0;

  // A single one.
  void append(Append append, std::function<void(AppendOutcome)> done) {
    std::vector<Append> appends;
    appends.push_back(std::move(append));
    this->append(std::move(appends),
                 [done = std::move(done)](const Outcomes& outcomes) { done(outcomes.front()); });
  }

  // Queues a checkpoint, off the commit path, and the packing up to it. It is only a shortcut for
  // readers, and is dropped when too much is queued, which loses nothing. REQUIRES: its version is
  // committed.
  virtual void save_checkpoint(DocumentKey key, Snapshot snapshot) = 0;

  // Queues the packing of the document's records up to a version, off the commit path, which makes
  // them take less room. REQUIRES: the version is committed.
  virtual void pack(DocumentKey key, std::uint64_t version) = 0;

  // Runs `job` on a reader thread, where reading may block, with one state of the log: at least all
  // that was committed before read() was called. Jobs wait as `order` says. When too many of its
  // payer's are waiting already it runs at once, inside read(), with a History that does not block
  // and fails every call with kErrBusy. When the log ends, jobs that wait are destroyed unrun.
  virtual void read(const ReadOrder& order, std::function<void(const History&)> job) = 0;
};

}  // namespace cowrite::storage
