#include "storage/read/reader_pool.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/errors.h"
#include "storage/read/stored_history.h"

namespace cowrite::storage {
namespace {

// What a job gets that finds the queue full.
class BusyHistory final : public History {
 public:
  Result<std::vector<DocumentInfo>> list(const std::optional<DocumentKey>&,
                                         std::size_t) const override {
    return busy();
  }
  Result<std::optional<DocumentInfo>> info(const DocumentKey&) const override { return busy(); }
  Result<Snapshot> snapshot(const DocumentKey&, std::optional<std::uint64_t>) const override {
    return busy();
  }
  Result<std::uint64_t> version_at(const DocumentKey&, std::int64_t) const override {
    return busy();
  }
  Result<std::vector<Record>> records(const DocumentKey&, std::uint64_t, std::uint64_t,
                                      std::size_t) const override {
    return busy();
  }
  Result<std::uint64_t> checkpoint(const DocumentKey&) const override { return busy(); }
  Result<std::optional<SourceEntry>> source(const DocumentKey&, const std::string&) const override {
    return busy();
  }

 private:
  static Error busy() { return {kErrBusy, "too many reads are waiting; try again"}; }
};

}  // namespace

ReaderPool::ReaderPool(const Store& store) : store_(store) {
  for (std::size_t i = 0; i < kReaderThreads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

ReaderPool::~ReaderPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ReaderPool::read(Job job) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(!stopping_);
    if (queue_.size() < kReadsWaitingMax) {
      queue_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job(BusyHistory());
}

void ReaderPool::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const std::unique_ptr<const View> view = store_.view();
    job(StoredHistory(*view));
  }
}

}  // namespace cowrite::storage
