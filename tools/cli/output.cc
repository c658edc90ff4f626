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
  const bool failed_before = std::ferror(stream_) != 0;
  errno = 0;
  if (std::fflush(stream_) == 0 && !failed_before) return {};
  std::string message = "cannot write the output";
  if (errno != 0) message.append(": ").append(std::strerror(errno));
  return Error{kErrOutput, message};
}

}  // namespace cowrite::cli
