#include "tools/cli/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

constexpr std::chrono::milliseconds kEvery{100};
constexpr std::size_t kWidthMax = 30;
constexpr std::size_t kWidthOfRest = 8;  // "[] 100% ".

// Of a terminal that does not tell its width.
constexpr std::size_t kColumnsDefault = 80;

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kColumnsDefault;
}

}  // namespace

ProgressBar::ProgressBar() : on_terminal_(isatty(STDERR_FILENO) != 0) {}

void ProgressBar::show(std::uint64_t done, std::uint64_t total, std::string_view label) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_ || total == 0) return;
  next_ = now + kEvery;
  drawn_ = true;
  // The last column stays free: some terminals begin a new line after it.
  const std::size_t room = terminal_columns() - 1;
  std::string line = std::to_string(done * 100 / total) + "%";
  if (room > kWidthOfRest) {
    const std::size_t width = std::min(kWidthMax, room - kWidthOfRest);
    const auto filled = static_cast<std::size_t>(done * width / total);
    line = "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " + line;
  }
  if (columns(line) + 1 + columns(label) <= room) line.append(" ").append(label);
  if (columns(line) <= room) std::fputs(("\r\x1b[K" + line).c_str(), stderr);
}

void ProgressBar::wipe() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace cowrite::cli
