// What is said of a backup: of one that was made, and meanwhile.
#pragma once

#include <cstdint>
#include <functional>

namespace cowrite::storage {

struct BackupInfo {
  std::uint64_t number = 0;  // Counted in its folder, from 1.
  std::uint64_t bytes = 0;   // Of all its files, those shared with other backups included.
};

// Told now and then how many bytes have been copied, of at most so many: files that are where they
// should be already are not copied again.
using CopyProgress = std::function<void(std::uint64_t bytes, std::uint64_t bytes_max)>;

}  // namespace cowrite::storage
