// ReaderPool: the threads on which a server reads its histories, since reading may wait for the
// disk and an event loop may not. Each job reads from a view of its own.
//
// The more urgent jobs go first, and of equally urgent ones their payers take turns. Less urgent
// jobs never hold all threads: those of urgency u, and all that are less urgent, hold at most
// kReaderThreads - u at a time. Nobody waits for ever: jobs that others were preferred to
// kPassedOverMax times are next.
//
// Destroying it drops what is queued, unrun, and ends what is under way: a job's reads fail with
// kErrBusy from then on.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "storage/fair_queue.h"
#include "storage/history.h"
#include "storage/payer_shares.h"
#include "storage/read_order.h"
#include "storage/store/store.h"

namespace cowrite::storage {

// One for each urgency, so that one is always free to open documents and another one does not read
// the past.
inline constexpr std::size_t kReaderThreads = kUrgencies;

// Jobs that may wait, of all payers and of each. A job holds a request, some hundred bytes; the
// operations and texts that some of them are about are counted where those wait. A connection asks
// for fewer than its share, so it is only met where many of them have one payer.
inline constexpr PayerShares::Limits kReadsWaitingMax{.all = 16'384, .each = 4'096};

// Others go before a job so many times: with a few milliseconds each, it waits for a second.
inline constexpr std::size_t kPassedOverMax = 256;

class ReaderPool {
 public:
  using Job = std::function<void(const History&)>;

  // REQUIRES: the store outlives it.
  explicit ReaderPool(const Store& store);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // As OperationLog::read(). Thread-safe.
  void read(const ReadOrder& order, Job job);

  // Jobs that no thread has taken up. Thread-safe.
  [[nodiscard]] std::size_t waiting() const;

 private:
  // The jobs of one urgency.
  struct Lane {
    FairQueue<Job> jobs;
    std::size_t running = 0;
    std::size_t passed_over = 0;  // How often others went first while some waited here.
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] bool has_thread(std::size_t lane) const;
  [[nodiscard]] std::optional<std::size_t> next_lane() const;
  [[nodiscard]] std::pair<Payer, Job> take(std::size_t lane);

  const Store& store_;
  std::atomic<bool> stopped_ = false;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::array<Lane, kUrgencies> lanes_;
  PayerShares waiting_{kReadsWaitingMax};
  std::vector<std::jthread> threads_;  // Last: they use all of the above.
};

}  // namespace cowrite::storage
