#include "server/log/journal.h"

#include <sys/stat.h>

#include <string>

namespace cowrite::log {

// The variable alone tells nothing: it is inherited by processes whose stderr was sent elsewhere.
bool is_journal(const char* journal_stream, int descriptor) {
  struct stat found {};
  if (journal_stream == nullptr || ::fstat(descriptor, &found) != 0) return false;
  return journal_stream == std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

}  // namespace cowrite::log
