// CountedFiles: the file system below RocksDB, which counts what is written through it, and how
// long the write-ahead log takes to be synced. RocksDB's own statistics would count every read,
// too, and keep times in intervals of their own.
//
// Of a log whose sync failed it says that data is lost: what the kernel has dropped, the next sync
// would confirm. RocksDB would try again when it flushes, and Debian's build ends the process over
// that (an assertion).
//
// Thread-safe.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "storage/counting/counter.h"
#include "storage/counting/histogram.h"

namespace cowrite::storage::rocks {

class CountedFiles final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "CountedFiles"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus made = target()->NewWritableFile(path, options, file, context);
    if (!made.ok()) return made;
    if (path.ends_with(".log")) {
      *file = std::make_unique<LogFile>(std::move(*file), *this, begin_log(path));
    } else {
      *file = std::make_unique<OtherFile>(std::move(*file), *this);
    }
    return made;
  }

  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* context) override {
    rocksdb::IOStatus deleted = target()->DeleteFile(path, options, context);
    if (deleted.ok()) end_log(path);
    return deleted;
  }

  // The bytes of the logs that are there. Those that another process left are not among them; they
  // are gone when the store is open.
  [[nodiscard]] std::uint64_t log_bytes() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t bytes = 0;
    for (const auto& [path, written] : logs_) bytes += written->value();
    return bytes;
  }

  // Since the start: bytes written to logs, and to all other files.
  [[nodiscard]] std::uint64_t log_bytes_written() const { return log_bytes_written_.value(); }
  [[nodiscard]] std::uint64_t other_bytes_written() const { return other_bytes_written_.value(); }

  [[nodiscard]] counting::HistogramCounts log_sync_seconds() const {
    const std::lock_guard lock(mutex_);
    return log_sync_seconds_.read();
  }

 private:
  using Written = std::shared_ptr<counting::SharedCounter>;

  // A file that is written. REQUIRES: the file system outlives it.
  class OtherFile : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    OtherFile(std::unique_ptr<rocksdb::FSWritableFile> file, CountedFiles& files)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* context) override {
      note(data.size());
      return target()->Append(data, options, context);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& verification,
                             rocksdb::IODebugContext* context) override {
      note(data.size());
      return target()->Append(data, options, verification, context);
    }

   protected:
    virtual void note(std::uint64_t bytes) { files_.other_bytes_written_.add(bytes); }

    CountedFiles& files_;
  };

  class LogFile final : public OtherFile {
   public:
    LogFile(std::unique_ptr<rocksdb::FSWritableFile> file, CountedFiles& files, Written written)
        : OtherFile(std::move(file), files), written_(std::move(written)) {}

    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
      return timed([&] { return target()->Sync(options, context); });
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* context) override {
      return timed([&] { return target()->Fsync(options, context); });
    }

   private:
    void note(std::uint64_t bytes) override {
      files_.log_bytes_written_.add(bytes);
      written_->add(bytes);
    }

    template <typename Synced>
    rocksdb::IOStatus timed(Synced sync) {
      const auto begin = std::chrono::steady_clock::now();
      rocksdb::IOStatus synced = sync();
      const auto took = std::chrono::steady_clock::now() - begin;
      if (!synced.ok()) synced.SetDataLoss(true);
      const std::lock_guard lock(files_.mutex_);
      files_.log_sync_seconds_.record(took);
      return synced;
    }

    const Written written_;
  };

  Written begin_log(const std::string& path) {
    auto written = std::make_shared<counting::SharedCounter>();
    const std::lock_guard lock(mutex_);
    logs_.insert_or_assign(path, written);
    return written;
  }

  void end_log(const std::string& path) {
    const std::lock_guard lock(mutex_);
    logs_.erase(path);
  }

  counting::SharedCounter log_bytes_written_;
  counting::SharedCounter other_bytes_written_;

  mutable std::mutex mutex_;
  std::map<std::string, Written> logs_;
  // Under the mutex, since a log that is left behind may be synced beside its successor.
  counting::Histogram log_sync_seconds_{counting::kLatencySeconds};
};

// An environment whose files are counted; its clock and its threads are those of the other.
class CountedEnv final : public rocksdb::EnvWrapper {
 public:
  CountedEnv(rocksdb::Env& env, std::shared_ptr<CountedFiles> files) : EnvWrapper(&env) {
    file_system_ = std::move(files);
    system_clock_ = env.GetSystemClock();
  }
};

}  // namespace cowrite::storage::rocks
