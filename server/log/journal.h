// Whether the log goes to systemd's journal, which keeps the time of each line itself and takes its
// priority from a "<6>" before it.
#pragma once

namespace cowrite::log {

// Whether an open file is the one that JOURNAL_STREAM names by device and inode (sd-daemon(3),
// systemd.exec(5)). `journal_stream` is the variable's value; null if it is not set.
[[nodiscard]] bool is_journal(const char* journal_stream, int descriptor);

}  // namespace cowrite::log
