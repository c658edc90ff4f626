// Painter: colours for a terminal that wants them, and nothing otherwise.
#pragma once

#include <string>
#include <string_view>

namespace cowrite::cli {

enum class Paint {
  kPlain,
  kTitle,
  kVersion,
  kTime,
  kAuthor,
  kAdded,
  kRemoved,
  kFaint,
  kError,
  // To tell people apart.
  kBlue,
  kGreen,
  kMagenta,
  kCyan,
  kYellow,
  kBrightBlue,
};

enum class Colours { kOff, kOn };

class Painter {
 public:
  explicit Painter(Colours colours) : colours_(colours) {}

  [[nodiscard]] bool colourful() const { return colours_ == Colours::kOn; }

  // REQUIRES: text has no control characters (printable.h).
  [[nodiscard]] std::string operator()(Paint paint, std::string_view text) const;

 private:
  Colours colours_;
};

}  // namespace cowrite::cli
