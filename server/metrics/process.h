// What the system knows of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace cowrite::metrics {

// Absent is what the system does not tell.
struct ProcessUse {
  double processor_seconds = 0;
  std::optional<std::uint64_t> resident_bytes;
  std::optional<double> start_time_seconds;  // Unix time.
  std::optional<std::uint64_t> open_files;
  std::optional<std::uint64_t> open_files_max;
};

[[nodiscard]] ProcessUse measure_process();

}  // namespace cowrite::metrics
