// OperationLog: the seam between live documents and whatever makes their records durable.
//
// The log decides: a record is committed when append() says so, and a document is the fold of its committed records. RocksDbLog
// implements it for one node, where a conflict cannot happen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "storage/document_key.h"
#include "storage/history.h"
#include "storage/record.h"

namespace cowrite::storage {

// A batch for one document: atomic, and it names the version that it expects to follow.
struct Append {
  DocumentKey key;
  std::uint64_t expected_version = 0;
  std::shared_ptr<const std::vector<Record>> records;  // Not empty; versions expected_version, +1, ...
  bool exists_after = false;                           // The document after the batch, for listings.
  std::uint64_t bytes_after = 0;
};

enum class AppendOutcome {
  kCommitted,  // Durable: synced to disk.
  kConflict,   // Nothing was written: the log is not at expected_version.
  kRefused,    // Nothing was written: the log takes no writes now.
  kUnknown,    // A write or sync failed; whether it is durable shows after a restart. The log takes nothing more.
};

class OperationLog {
 public:
  virtual ~OperationLog() = default;

  // Queues a batch. `done` runs once, on a thread of the log's; it must not block.
  virtual void append(Append append, std::function<void(AppendOutcome)> done) = 0;

  // Queues a checkpoint, off the commit path. It is only a shortcut for readers: losing one loses nothing.
  virtual void save_checkpoint(DocumentKey key, Snapshot snapshot) = 0;

  // Runs `job` on a reader thread. Reads may block there.
  virtual void read(std::function<void(const History&)> job) = 0;
};

}  // namespace cowrite::storage
