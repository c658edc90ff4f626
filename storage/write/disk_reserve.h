// DiskReserve: whether the disk has room enough to go on writing. RocksDB must not run out of
// space, because a write that fails is the last one until a restart. So commits wait while less
// than a reserve is free, which is what flushing and compacting may need meanwhile, and go on by
// themselves when there is room again.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace cowrite::storage {

class DiskReserve {
 public:
  // Measures the bytes that are free for this process; kUnlimited where nothing limits them.
  using Measure = std::function<std::uint64_t()>;
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

  DiskReserve(Measure measure, std::uint64_t reserve_bytes)
      : measure_(std::move(measure)), reserve_bytes_(reserve_bytes) {}

  // Measures the file system of a folder, or of the nearest folder above it that exists. One that
  // cannot be measured counts as unlimited.
  [[nodiscard]] static Measure of_folder(std::string folder);

  [[nodiscard]] bool is_low() const { return measure_() < reserve_bytes_; }
  // Absent where nothing limits them.
  [[nodiscard]] std::optional<std::uint64_t> free_bytes() const;
  [[nodiscard]] std::uint64_t reserve_bytes() const { return reserve_bytes_; }

 private:
  Measure measure_;
  std::uint64_t reserve_bytes_;
};

}  // namespace cowrite::storage
