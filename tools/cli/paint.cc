#include "tools/cli/paint.h"

namespace cowrite::cli {
namespace {

std::string_view parameters(Paint paint) {
  switch (paint) {
    case Paint::kPlain:
      break;
    case Paint::kTitle:
      return "1";
    case Paint::kVersion:
      return "33";
    case Paint::kTime:
      return "36";
    case Paint::kAuthor:
      return "35";
    case Paint::kAdded:
      return "32";
    case Paint::kRemoved:
      return "31";
    case Paint::kFaint:
      return "2";
    case Paint::kError:
      return "1;31";
    case Paint::kBlue:
      return "34";
    case Paint::kGreen:
      return "32";
    case Paint::kMagenta:
      return "35";
    case Paint::kCyan:
      return "36";
    case Paint::kYellow:
      return "33";
    case Paint::kBrightBlue:
      return "94";
  }
  return {};
}

}  // namespace

std::string Painter::operator()(Paint paint, std::string_view text) const {
  const std::string_view codes = parameters(paint);
  if (colours_ == Colours::kOff || codes.empty() || text.empty()) return std::string(text);
  std::string painted = "\x1b[";
  painted.append(codes).append("m").append(text).append("\x1b[0m");
  return painted;
}

}  // namespace cowrite::cli
