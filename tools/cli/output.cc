#include "tools/cli/output.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "tools/cli/printable.h"

namespace cowrite::cli {

void Output::write(std::string_view bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stream_); }

void Output::line(std::string_view text) {
  write(text);
  write("\n");
}

void Output::json_line(std::string_view json) {
  line(for_person() ? printable(json) : std::string(json));
}

Result<void> Output::flush() {
  errno = 0;
  if (std::fflush(stream_) != 0 && failure_ == 0) failure_ = errno;
  if (std::ferror(stream_) == 0) return {};
  std::string message = "cannot write the output";
  if (failure_ != 0) message.append(": ").append(std::strerror(failure_));
  return Error{kErrOutput, message};
}

}  // namespace cowrite::cli
