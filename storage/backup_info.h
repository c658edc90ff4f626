// What is said of a backup that was made.
#pragma once

#include <cstdint>

namespace cowrite::storage {

struct BackupInfo {
  std::uint64_t number = 0;  // Counted in its folder, from 1.
  std::uint64_t bytes = 0;   // Of all its files, those shared with other backups included.
};

}  // namespace cowrite::storage
