// Setting: the value of one option as text, and where it stands. All origins have the same texts,
// so that a value means the same wherever it is written.
#pragma once

#include <string>

namespace cowrite::config {

struct Setting {
  std::string option;  // "disk-reserve"
  std::string text;    // "64M"
  // As a message names it: "--disk-reserve", "COWRITE_DISK_RESERVE",
  // "cowrite.toml:3: disk-reserve"; empty if nothing sets the option.
  std::string origin;
};

}  // namespace cowrite::config
