#include "tests/tools/cowrite_process.h"

#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "ot/base/check.h"

namespace cowrite::cli {
namespace {

// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) { CHECK(number_ >= 0); }
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

constexpr int kClosed = -1;

pid_t start(const Words& arguments, const Words& environment, int out, int err,
            std::optional<int> in = std::nullopt) {
  Words words = {COWRITE_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Words variables = environment;
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (in) {
    posix_spawn_file_actions_adddup2(&actions, *in, STDIN_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  if (out == kClosed) {
    posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  }
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  pid_t child = 0;
  CHECK(posix_spawn(&child, COWRITE_BINARY, &actions, nullptr, argv.data(), envp.data()) == 0);
  posix_spawn_file_actions_destroy(&actions);
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

Descriptor memory_file() { return Descriptor(memfd_create("output", MFD_CLOEXEC)); }

std::string contents(const Descriptor& file) {
  std::string text(static_cast<std::size_t>(lseek(file.number(), 0, SEEK_END)), '\0');
  CHECK(pread(file.number(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  return text;
}

Ran run_into_descriptor(int out, const Words& arguments) {
  const Descriptor err = memory_file();
  const int status = wait_for(start(arguments, {}, out, err.number()));
  return {status, "", contents(err)};
}

}  // namespace

Ran run(const Words& arguments, const Words& environment) {
  const Descriptor out = memory_file();
  const Descriptor err = memory_file();
  const int status = wait_for(start(arguments, environment, out.number(), err.number()));
  return {status, contents(out), contents(err)};
}

Ran run_with_input(const std::string& input, const Words& arguments) {
  std::array<int, 2> ends{};
  CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
  const Descriptor in(ends[0]);
  CHECK(write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  close(ends[1]);
  const Descriptor out = memory_file();
  const Descriptor err = memory_file();
  const int status = wait_for(start(arguments, {}, out.number(), err.number(), in.number()));
  return {status, contents(out), contents(err)};
}

Ran run_into(const std::optional<std::string>& path, const Words& arguments) {
  if (!path) return run_into_descriptor(kClosed, arguments);
  const Descriptor out(open(path->c_str(), O_WRONLY | O_CLOEXEC));
  return run_into_descriptor(out.number(), arguments);
}

Ran run_into_broken_pipe(const Words& arguments) {
  std::array<int, 2> ends{};
  CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
  const Descriptor write_end(ends[1]);
  close(ends[0]);
  return run_into_descriptor(write_end.number(), arguments);
}

Ran run_on_terminal(const Words& arguments, const Words& environment, unsigned short columns) {
  int master = 0;
  int slave = 0;
  const winsize size = {.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  CHECK(openpty(&master, &slave, nullptr, nullptr, &size) == 0);
  const Descriptor screen(master);
  CHECK(fcntl(master, F_SETFD, FD_CLOEXEC) == 0 && fcntl(slave, F_SETFD, FD_CLOEXEC) == 0);
  const pid_t child = start(arguments, environment, slave, slave);
  close(slave);
  Ran ran;
  std::array<char, 4096> buffer{};
  // Reading fails once the child, which has the last other end, is gone.
  for (ssize_t count = 0; (count = read(master, buffer.data(), buffer.size())) > 0;) {
    for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(count))) {
      if (c != '\r') ran.out.push_back(c);
    }
  }
  ran.status = wait_for(child);
  return ran;
}

}  // namespace cowrite::cli
