// LogReader: reads the log for one document on the log's reader threads, again as long as they are
// busy and somebody wants it, and brings what comes out back to the document's loop.
//
// Belongs to that loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "ot/base/result.h"
#include "server/document/limits.h"
#include "storage/errors.h"
#include "storage/operation_log.h"
#include "storage/read_order.h"

namespace cowrite::document {

class LogReader {
 public:
  using Work = std::function<void()>;

  // `run` and `run_after` run work on the loop, later; `run` from any thread. REQUIRES: what is
  // referred to outlives this.
  LogReader(storage::OperationLog& log, std::function<void(Work)> run,
            std::function<void(std::chrono::milliseconds, Work)> run_after)
      : log_(log), run_(std::move(run)), run_after_(std::move(run_after)) {}

  // Says, on the loop, whether what is read is still wanted.
  using Wanted = std::function<bool()>;

  // Runs `job` on a reader thread when its turn comes, and then `done` with its outcome on the
  // loop; that is kErrBusy only if nobody wants it any longer. The owner of this lives until then.
  // When the log ends first, which it does after the loop, neither runs.
  template <typename T>
  void read(const storage::ReadOrder& order, std::shared_ptr<void> owner, Wanted is_wanted,
            std::function<Result<T>(const storage::History&)> job,
            std::function<void(Result<T>)> done) {
    ++under_way_;
    attempt(std::make_shared<Reading<T>>(Reading<T>{order, std::move(owner), std::move(is_wanted),
                                                    std::move(job), std::move(done)}));
  }

  // No read is under way.
  [[nodiscard]] bool idle() const { return under_way_ == 0; }

 private:
  template <typename T>
  struct Reading {
    storage::ReadOrder order;
    std::shared_ptr<void> owner;
    Wanted is_wanted;
    std::function<Result<T>(const storage::History&)> job;
    std::function<void(Result<T>)> done;
    std::optional<Result<T>> outcome = std::nullopt;
  };

  // The reading is handed from thread to thread, so that its owner ends on the loop.
  template <typename T>
  void attempt(std::shared_ptr<Reading<T>> reading) {
    const storage::ReadOrder order = reading->order;
    log_.read(order, [this, reading = std::move(reading)](const storage::History& history) mutable {
      reading->outcome = reading->job(history);
      const auto run = run_;  // This may be gone before it returns.
      run([this, reading = std::move(reading)]() mutable { finish(std::move(reading)); });
    });
  }

  template <typename T>
  void finish(std::shared_ptr<Reading<T>> reading) {
    Result<T> outcome = *std::exchange(reading->outcome, std::nullopt);
    const bool is_busy = !outcome && outcome.error().code == storage::kErrBusy;
    if (is_busy && reading->is_wanted()) {  // Overload is no error: it passes.
      run_after_(kReadRetry, [this, reading = std::move(reading)] { attempt(reading); });
      return;
    }
    --under_way_;
    reading->done(std::move(outcome));
  }

  storage::OperationLog& log_;
  const std::function<void(Work)> run_;
  const std::function<void(std::chrono::milliseconds, Work)> run_after_;
  std::size_t under_way_ = 0;
};

}  // namespace cowrite::document
