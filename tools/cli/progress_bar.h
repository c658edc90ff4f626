// ProgressBar: how far something is, as one line on standard error that is drawn over; nothing
// where that is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace cowrite::cli {

class ProgressBar {
 public:
  ProgressBar();
  // Wipes the line.
  ~ProgressBar() { wipe(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Draws at most ten times a second. REQUIRES: done <= total; the label is printable.
  void show(std::uint64_t done, std::uint64_t total, std::string_view label);
  // So that other output does not run into it.
  void wipe();

 private:
  bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace cowrite::cli
