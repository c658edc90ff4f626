#include "storage/read/reader_pool.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ot/base/check.h"
#include "storage/errors.h"
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

void ReaderPool::read(Job job) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!threads_.back().get_stop_token().stop_requested());
    if (queue_.size() < kReadsWaitingMax) {
      queue_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job(StoredHistory(BusyView()));
}

std::size_t ReaderPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void ReaderPool::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [this] { return !queue_.empty(); });
    if (queue_.empty()) return;
    const Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const std::unique_ptr<const View> view = store_.view();
    job(StoredHistory(*view));
  }
}

}  // namespace cowrite::storage
