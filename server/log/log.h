// Log: what the server tells its operator, line by line, on stderr.
//
//     2026-11-27T07:42:36.123Z info backup made folder=/backups/cowrite connection=17
//     {"time":"2026-11-27T07:42:36.123Z","level":"info","message":"backup made",...}
//     <6>backup made folder=/backups/cowrite connection=17          (to systemd's journal)
//
// Times are UTC (RFC 3339). What must not be in a line: texts of documents, tokens, and the ids
// that clients sign their operations with; a connection is named by a number that the server
// counts.
//
// Whoever writes a line never waits: it goes into a queue, which a thread of the log writes out. If
// nobody reads stderr and the queue is full, the oldest line in it is dropped, and a later line
// says how many were.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/log/line.h"

namespace cowrite::log {

// Lines that wait for whoever reads stderr: some seconds of a busy server's.
inline constexpr std::size_t kQueueLinesMax = 1'024;

// How long the end of the log, and flush(), wait for a reader. A clean shutdown has five seconds.
inline constexpr std::chrono::milliseconds kFlushMax{1'000};

enum class Level : std::uint8_t { kError, kWarning, kInfo, kDebug };
enum class Format : std::uint8_t { kText, kJson };

// "warning". Absent if there is no such level; likewise for formats, "text" and "json".
[[nodiscard]] std::optional<Level> parse_level(std::string_view name);
[[nodiscard]] std::optional<Format> parse_format(std::string_view name);

class Log {
 public:
  // Writes to the open file, which outlives the log.
  Log(int descriptor, Level level, Format format);
  // Writes what waits in the queue, for kFlushMax at most.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Less important lines are left out.
  void set_level(Level level);
  [[nodiscard]] bool shows(Level level) const;

  // The message is a sentence without its full stop, or a few words; what varies is in the fields.
  void write(Level level, std::string_view message, Fields fields = {});
  void error(std::string_view message, Fields fields = {}) {
    write(Level::kError, message, fields);
  }
  void warning(std::string_view message, Fields fields = {}) {
    write(Level::kWarning, message, fields);
  }
  void info(std::string_view message, Fields fields = {}) { write(Level::kInfo, message, fields); }
  void debug(std::string_view message, Fields fields = {}) {
    write(Level::kDebug, message, fields);
  }

  // Returns when what was written before is out, after kFlushMax at the latest. For a process that
  // ends without its destructors.
  void flush();

 private:
  class Sink;
  struct Library;

  const Format format_;
  std::unique_ptr<Library> library_;
};

}  // namespace cowrite::log
