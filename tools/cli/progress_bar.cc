#include "tools/cli/progress_bar.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace cowrite::cli {
namespace {

constexpr std::chrono::milliseconds kEvery{100};
constexpr std::uint64_t kWidth = 30;
constexpr std::size_t kLabelBytesMax = 40;

}  // namespace

ProgressBar::ProgressBar() : on_terminal_(isatty(STDERR_FILENO) != 0) {}

void ProgressBar::show(std::uint64_t done, std::uint64_t total, std::string_view label) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_ || total == 0) return;
  next_ = now + kEvery;
  drawn_ = true;
  const auto filled = static_cast<std::size_t>(done * kWidth / total);
  std::string line = "\r\x1b[K[" + std::string(filled, '#') + std::string(kWidth - filled, '.') +
                     "] " + std::to_string(done * 100 / total) + "%";
  if (label.size() <= kLabelBytesMax) line.append(" ").append(label);
  std::fputs(line.c_str(), stderr);
}

void ProgressBar::wipe() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace cowrite::cli
