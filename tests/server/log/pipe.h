// A pipe to which a log writes, and what has come out of it.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "ot/base/check.h"

namespace cowrite::log {

class Pipe {
 public:
  Pipe() { CHECK(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    close_output();
    close_input();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int input() const { return ends_[1]; }

  // All, after the input is closed.
  std::vector<std::string> lines() {
    close_input();
    return lines_until("\n no line has this");
  }
  // All until the one that has the word in it, or until the input is closed.
  std::vector<std::string> lines_until(const std::string& word) {
    std::string text;
    std::array<char, 4'096> bytes{};
    while (text.find(word) == text.npos || text.back() != '\n') {
      const ssize_t n = ::read(ends_[0], bytes.data(), bytes.size());
      if (n <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(n));
    }
    std::vector<std::string> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) found.push_back(line);
    return found;
  }

  void close_output() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }

 private:
  void close_input() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

}  // namespace cowrite::log
