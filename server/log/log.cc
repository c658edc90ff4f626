#include "server/log/log.h"

#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "server/log/journal.h"

namespace cowrite::log {
namespace {

using Clock = std::chrono::steady_clock;

// How soon a writer that waits for its reader sees that it shall not wait any longer.
constexpr std::chrono::milliseconds kLook{50};

constexpr std::array<std::pair<std::string_view, Level>, 4> kLevels{{
    {"error", Level::kError},
    {"warning", Level::kWarning},
    {"info", Level::kInfo},
    {"debug", Level::kDebug},
}};

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::kError:
      return spdlog::level::err;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kDebug:
      break;
  }
  return spdlog::level::debug;
}

// "%*" in a pattern: syslog's number of the level, in the journal's brackets.
class Priority : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string_view priority = line.level >= spdlog::level::err    ? "<3>"
                                      : line.level == spdlog::level::warn ? "<4>"
                                      : line.level == spdlog::level::info ? "<6>"
                                                                          : "<7>";
    out.append(priority.data(), priority.data() + priority.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<Priority>();
  }
};

std::unique_ptr<spdlog::formatter> make_formatter(Format format, bool journal) {
  const std::string time = "%Y-%m-%dT%H:%M:%S.%eZ";
  const std::string line = format == Format::kJson ? R"({"time":")" + time + R"(","level":"%l",%v})"
                           : journal               ? "%v"
                                                   : time + " %l %v";
  auto formatter =
      std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  formatter->add_flag<Priority>('*').set_pattern((journal ? "%*" : "") + line);
  return formatter;
}

}  // namespace

std::optional<Level> parse_level(std::string_view name) {
  for (const auto& [known, level] : kLevels) {
    if (name == known) return level;
  }
  return std::nullopt;
}

std::optional<Format> parse_format(std::string_view name) {
  if (name == "text") return Format::kText;
  if (name == "json") return Format::kJson;
  return std::nullopt;
}

// Writes lines to an open file. Belongs to the library's thread, but for what says otherwise.
class Log::Sink : public spdlog::sinks::sink {
 public:
  Sink(int descriptor, Format format)
      : descriptor_(descriptor),
        format_(format),
        formatter_(make_formatter(format, is_journal(std::getenv("JOURNAL_STREAM"), descriptor))) {}

  void log(const spdlog::details::log_msg& line) override {
    tell_of_dropped();
    put(line);
  }

  // The library's mark that all before it has been written.
  void flush() override {
    const std::lock_guard lock(mutex_);
    ++flushed_;
    flushed_more_.notify_all();
  }

  // ---- From any thread

  [[nodiscard]] std::uint64_t flushed() {
    const std::lock_guard lock(mutex_);
    return flushed_;
  }
  void await_flush(std::uint64_t before) {
    std::unique_lock lock(mutex_);
    flushed_more_.wait_for(lock, kFlushMax, [&] { return flushed_ > before; });
  }
  // From then on no line waits for a reader.
  void wait_no_longer_than(Clock::time_point deadline) { deadline_ = deadline; }

  // ---- Before the first line

  // The queue counts what it drops. Its thread, on which this is asked, ends before it does.
  void watch(spdlog::details::thread_pool& queue) { queue_ = &queue; }

  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  void tell_of_dropped() {
    const std::size_t dropped = lost_ + queue_->overrun_counter();
    if (dropped == told_) return;
    const std::string_view message = "lines of the log were dropped, since nobody read them";
    const Field count("dropped", dropped - told_);
    told_ = dropped;
    const std::string text =
        format_ == Format::kJson ? json_fields(message, {count}) : text_line(message, {count});
    put({spdlog::string_view_t(), spdlog::level::warn, text});
  }

  void put(const spdlog::details::log_msg& line) {
    spdlog::memory_buf_t bytes;
    formatter_->format(line, bytes);
    if (!put_bytes({bytes.data(), bytes.size()})) ++lost_;
  }

  bool put_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!await_reader()) return false;
      const ssize_t written = put_some(bytes.substr(0, PIPE_BUF));
      if (written > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR && errno != EAGAIN) {
        return false;
      }
    }
    return true;
  }

  // Whether PIPE_BUF bytes can be written to a pipe without waiting.
  bool await_reader() {
    pollfd file{descriptor_, POLLOUT, 0};
    for (;;) {
      const bool late = Clock::now() >= deadline_.load();
      if (::poll(&file, 1, late ? 0 : static_cast<int>(kLook.count())) > 0) return true;
      if (late) return false;
    }
  }

  // The open file is shared with other processes, so it is not switched to not waiting.
  ssize_t put_some(std::string_view bytes) const {
    const ssize_t sent =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK) return sent;
    return ::write(descriptor_, bytes.data(), bytes.size());
  }

  const int descriptor_;
  const Format format_;
  const std::unique_ptr<spdlog::formatter> formatter_;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::size_t lost_ = 0;  // Lines that could not be written.
  std::size_t told_ = 0;  // Lines that were dropped, as a line has said.
  std::atomic<Clock::time_point> deadline_ = Clock::time_point::max();

  std::mutex mutex_;
  std::condition_variable flushed_more_;
  std::uint64_t flushed_ = 0;
};

// The destructor waits for the thread, which first writes out what is queued.
struct Log::Library {
  std::shared_ptr<Sink> sink;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log(int descriptor, Level level, Format format)
    : format_(format), library_(std::make_unique<Library>()) {
  library_->sink = std::make_shared<Sink>(descriptor, format);
  library_->queue = std::make_shared<spdlog::details::thread_pool>(kQueueLinesMax, 1);
  library_->sink->watch(*library_->queue);
  library_->logger = std::make_shared<spdlog::async_logger>(
      "", library_->sink, library_->queue, spdlog::async_overflow_policy::overrun_oldest);
  // Its own would write to stderr, and wait.
  library_->logger->set_error_handler([](const std::string&) {});
  set_level(level);
}

Log::~Log() {
  flush();
  library_->sink->wait_no_longer_than(Clock::now());
}

void Log::set_level(Level level) { library_->logger->set_level(level_of(level)); }

bool Log::shows(Level level) const { return library_->logger->should_log(level_of(level)); }

void Log::write(Level level, std::string_view message, Fields fields) {
  if (!shows(level)) return;
  const std::string line =
      format_ == Format::kJson ? json_fields(message, fields) : text_line(message, fields);
  library_->logger->log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

void Log::flush() {
  const std::uint64_t before = library_->sink->flushed();
  library_->logger->flush();
  library_->sink->await_flush(before);
}

}  // namespace cowrite::log
