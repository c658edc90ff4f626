// Where RocksDB's messages about its work go. Its own logger is not used: one message that finds
// the disk full, and the next one ends the process (an assertion in Debian's build).
#pragma once

#include <fcntl.h>
#include <rocksdb/env.h>

#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "storage/timestamp.h"

namespace cowrite::storage::rocks {

// A reader must not write its messages into the folder of a running server.
class NoMessages final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// The file LOG in a data folder; the one before is LOG.old. What cannot be written is dropped.
class MessageFile final : public rocksdb::Logger {
 public:
  explicit MessageFile(const std::string& folder) : path_(folder + "/LOG") { begin(); }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    const std::lock_guard lock(mutex_);
    if (!file_) return;
    std::fprintf(file_.get(), "%s ", format_time(now_ms()).c_str());
    std::vfprintf(file_.get(), format, arguments);
    std::fputc('\n', file_.get());
    std::fflush(file_.get());
    if (std::ftell(file_.get()) > kBytesMax) begin();
  }

 private:
  static constexpr long kBytesMax = 4L << 20;

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  static std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  void begin() {
    static_cast<void>(std::rename(path_.c_str(), (path_ + ".old").c_str()));
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    file_.reset(file < 0 ? nullptr : ::fdopen(file, "w"));
  }

  const std::string path_;
  std::mutex mutex_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace cowrite::storage::rocks
