// Output: standard output, which is a person's terminal, or a pipe that a program reads.
#pragma once

#include <cstdio>
#include <string_view>

#include "ot/base/result.h"
#include "tools/cli/paint.h"

namespace cowrite::cli {

inline constexpr std::string_view kErrOutput = "ERR_OUTPUT";

enum class Reader { kPerson, kProgram };

class Output {
 public:
  // REQUIRES: the stream outlives this.
  Output(std::FILE* stream, Reader reader, Colours colours)
      : stream_(stream), reader_(reader), paint_(colours) {}

  [[nodiscard]] bool for_person() const { return reader_ == Reader::kPerson; }
  [[nodiscard]] const Painter& paint() const { return paint_; }

  void write(std::string_view bytes);
  void line(std::string_view text);
  // One JSON text as a line. For a person, what a terminal would obey is escaped, as JSON allows
  // for any character.
  void json_line(std::string_view json);

  // Hands on everything written so far. Fails with kErrOutput, also if an earlier write failed.
  [[nodiscard]] Result<void> flush();

 private:
  std::FILE* stream_;
  Reader reader_;
  Painter paint_;
  int failure_ = 0;  // errno of the first flush that failed.
};

}  // namespace cowrite::cli
