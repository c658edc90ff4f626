// DiskReserve: whether the disk has room enough to go on writing. RocksDB may not run out of space:
// a full disk can end the process in the middle of a write. So commits wait while less than a
// reserve is free, which is what flushing and compacting may need meanwhile, and go on by
// themselves when there is room again.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace cowrite::storage {

class DiskReserve {
 public:
  // Bytes that are free for us.
  using Measure = std::function<std::uint64_t()>;

  DiskReserve(Measure measure, std::uint64_t reserve_bytes)
      : measure_(std::move(measure)), reserve_bytes_(reserve_bytes) {}

  // Of the file system that a folder, or the nearest one above it that exists, is on. One that
  // cannot be asked is taken for empty of others' files.
  [[nodiscard]] static Measure of_folder(std::string folder);

  [[nodiscard]] bool is_low() const { return measure_() < reserve_bytes_; }
  [[nodiscard]] std::uint64_t free_bytes() const { return measure_(); }
  [[nodiscard]] std::uint64_t reserve_bytes() const { return reserve_bytes_; }

 private:
  Measure measure_;
  std::uint64_t reserve_bytes_;
};

}  // namespace cowrite::storage
