#include "storage/read/reader_pool.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "storage/errors.h"
#include "storage/read/stoppable_view.h"
#include "storage/read/stored_history.h"

namespace cowrite::storage {
namespace {

// The view of a job that finds the queue full.
class BusyView final : public View {
 public:
  Result<std::optional<std::string>> get(Table, std::string_view) const override { return busy(); }
  Result<std::vector<std::optional<std::string>>> get_many(
      Table, std::span<const std::string>) const override {
    return busy();
  }
  Result<void> scan(Table, const KeyRange&, Order, const EntryVisitor&) const override {
    return busy();
  }
  Result<std::uint64_t> bytes_between(Table, const KeyRange&) const override { return busy(); }
  Result<std::uint64_t> disk_bytes(Table, const KeyRange&) const override { return busy(); }

 private:
  static Error busy() { return {kErrBusy, "too many reads are waiting; try again"}; }
};

}  // namespace

ReaderPool::ReaderPool(const Store& store) : store_(store) {
  for (std::size_t i = 0; i < kReaderThreads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

// The queues, with all that their jobs hold, are destroyed when no thread uses them any more.
ReaderPool::~ReaderPool() { stopped_ = true; }

void ReaderPool::read(const ReadOrder& order, Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.take(order.payer)) {
      lanes_[static_cast<std::size_t>(order.urgency)].jobs.push(order.payer, std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job(StoredHistory(BusyView()));
}

std::size_t ReaderPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.taken();
}

void ReaderPool::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, stop, [this] { return next_lane().has_value(); });
    if (stopped_) return;
    const std::size_t lane = *next_lane();
    auto [payer, job] = take(lane);
    // What was taken may have left a thread to less urgent jobs.
    if (next_lane()) wake_.notify_one();
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    job(StoredHistory(StoppableView(*store_.view(), stopped_)));
    job = nullptr;
    const auto took = std::chrono::steady_clock::now() - began;
    lock.lock();
    --lanes_[lane].running;
    lanes_[lane].jobs.charge(payer, static_cast<std::uint64_t>(took.count()));
  }
}

bool ReaderPool::has_thread(std::size_t lane) const {
  std::size_t running = 0;
  for (std::size_t other = lane; other < lanes_.size(); ++other) running += lanes_[other].running;
  return running < kReaderThreads - lane;
}

// The most urgent that has a job and may have a thread, unless a less urgent one was passed over
// too often.
std::optional<std::size_t> ReaderPool::next_lane() const {
  std::optional<std::size_t> next;
  for (std::size_t lane = lanes_.size(); lane-- > 0;) {
    if (lanes_[lane].jobs.empty() || !has_thread(lane)) continue;
    if (!next || lanes_[*next].passed_over < kPassedOverMax) next = lane;
  }
  return next;
}

std::pair<Payer, ReaderPool::Job> ReaderPool::take(std::size_t lane) {
  std::pair<Payer, Job> taken = lanes_[lane].jobs.pop();
  waiting_.give_back(taken.first);
  ++lanes_[lane].running;
  lanes_[lane].passed_over = 0;
  for (std::size_t other = lane + 1; other < lanes_.size(); ++other) {
    if (!lanes_[other].jobs.empty()) ++lanes_[other].passed_over;
  }
  return taken;
}

}  // namespace cowrite::storage
