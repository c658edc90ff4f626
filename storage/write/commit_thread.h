// CommitThread: makes appends durable. All that documents queue while one batch is being synced
// becomes the next batch, so that many appends share the cost of one sync, and a lone append waits
// for its own sync only.
//
// Destroying it commits what is queued, or refuses it where the disk is low.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "storage/counting/counter.h"
#include "storage/counting/histogram.h"
#include "storage/format/chain.h"
#include "storage/log_statistics.h"
#include "storage/operation_log.h"
#include "storage/store/store.h"
#include "storage/write/disk_reserve.h"
#include "storage/write/head_cache.h"

namespace cowrite::storage {

// Bytes of one batch. Larger ones would save few syncs more and make all appends in them wait.
inline constexpr std::size_t kCommitBytesMax = std::size_t{4} << 20;

// While the disk is low, its free space is measured this often.
inline constexpr std::chrono::milliseconds kDiskRetry{200};

// What erasing a document's history for good leaves of it: the count of versions, and the chain's
// value there.
struct Erasure {
  DocumentKey key;
  std::uint64_t version = 0;  // The document's newest; it does not exist there.
  ChainValue chain{};
};

class CommitThread {
 public:
  using Outcomes = OperationLog::Outcomes;
  using Done = std::function<void(const Outcomes&)>;

  // Of appends that wait in memory, one that would exceed queue_bytes_max is refused, unless it is
  // alone: each document has one in flight, so that many bytes mean that the disk does not keep up.
  // REQUIRES: the store and the reserve outlive it, and nobody else writes records to it.
  [[nodiscard]] static Result<std::unique_ptr<CommitThread>> start(Store& store,
                                                                   const DiskReserve& reserve,
                                                                   std::size_t queue_bytes_max);

  // As OperationLog::append(). Thread-safe. REQUIRES: it is not being destroyed.
  void append(std::vector<Append> appends, Done done);

  // Queues an erasure among the appends. It does not wait for the disk: while that is low, it is
  // refused. kConflict: the document has another version, or exists. REQUIRES: nobody archives the
  // document until the outcome is known. Thread-safe.
  void erase(Erasure erasure, std::function<void(AppendOutcome)> done);

  // Commits wait until the disk has room again. Thread-safe.
  [[nodiscard]] bool is_waiting_for_disk() const { return waiting_for_disk_; }

  // All but what concerns reading. Thread-safe.
  [[nodiscard]] LogStatistics statistics() const;

 private:
  // What was queued together, and is answered when all of it is decided.
  struct Group {
    Done done;
    Outcomes outcomes;
    std::size_t undecided = 0;
    std::chrono::steady_clock::time_point queued_at = {};
  };
  struct Pending {
    // Nothing: the queue was full, and it is refused when its turn comes.
    std::variant<std::monostate, Append, Erasure> change;
    std::size_t bytes = 0;
    AppendOutcome outcome = AppendOutcome::kRefused;
    std::shared_ptr<Group> group = nullptr;
    std::size_t place = 0;  // There.
  };

  // The commit thread counts.
  struct Counts {
    counting::Counter committed;
    counting::Counter conflicts;
    counting::Counter refused;
    counting::Counter unknown;
    counting::Histogram commit_seconds{counting::kLatencySeconds};
    counting::Histogram batch_records{kBatchRecords};
    counting::Counter record_bytes;
  };

  CommitThread(Store& store, const DiskReserve& reserve, std::size_t queue_bytes_max,
               DocumentNumber next_number);
  void run(const std::stop_token& stop);
  [[nodiscard]] bool wait_for_work(const std::stop_token& stop);
  [[nodiscard]] bool wait_for_disk(const std::stop_token& stop);
  [[nodiscard]] std::deque<Pending> take();
  [[nodiscard]] std::deque<Pending> take_erasures();
  void refuse(std::deque<Pending>& refused);
  static void answer(const std::deque<Pending>& decided);
  void commit(std::deque<Pending>& appends);
  void queue(std::deque<Pending> pending, Done done);
  void count(const std::deque<Pending>& answered);
  void load_heads(const std::deque<Pending>& appends);
  [[nodiscard]] Head* find_head(const DocumentKey& key);
  [[nodiscard]] AppendOutcome add_to_batch(std::monostate) { return AppendOutcome::kRefused; }
  [[nodiscard]] AppendOutcome add_to_batch(const Append& append);
  [[nodiscard]] AppendOutcome add_to_batch(const Erasure& erasure);
  [[nodiscard]] Result<void> erase_entries(const Head& head);

  // The commit thread's own.
  Store& store_;
  const DiskReserve& reserve_;
  const std::size_t queue_bytes_max_;
  WriteBatch batch_;
  HeadCache heads_;
  DocumentNumber next_number_;
  bool failed_ = false;  // A write failed; nothing is written any more.

  std::atomic<bool> waiting_for_disk_ = false;
  Counts counts_;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Pending> queue_;
  std::size_t queue_bytes_ = 0;
  std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace cowrite::storage
