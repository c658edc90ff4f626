// FaultEnv: a disk below RocksDB that fails when it is told to, fills up, and forgets on a power
// cut what was not synced. The files are real ones, in a real folder.
//
// What it takes for durable is what POSIX promises and no more: the bytes of a file up to where it
// was last synced, and a name (made, moved or removed) once its folder was synced. All else may be
// there after a power cut, or some of it, or nothing.
//
// The operations that change a file or a name are numbered from 1, so that a test can go through
// all of them. Thread-safe. Outlives the stores that use it.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cowrite::storage {

struct Fault {
  std::uint64_t first = 0;  // The operation that fails.
  // How many fail from there on. A write that fails has written half of its bytes. A sync that
  // fails has lost what it was to sync, and the next one of that file lies about it.
  std::uint64_t count = 1;
  bool no_space = false;  // ENOSPC rather than an input or output error.
};

class FaultEnv {
 public:
  // What is in the folder already is taken for durable.
  explicit FaultEnv(const std::string& folder);
  ~FaultEnv();
  FaultEnv(const FaultEnv&) = delete;
  FaultEnv& operator=(const FaultEnv&) = delete;

  // For StoreOptions::env.
  [[nodiscard]] rocksdb::Env* env() { return env_.get(); }

  [[nodiscard]] std::uint64_t operations() const;

  void set_fault(std::optional<Fault> fault);

  // Whether a sync was confirmed of what an earlier, failed one had lost.
  [[nodiscard]] bool has_lied() const;

  // The size of the disk. Writes beyond it fail with ENOSPC, having written what fits.
  void set_quota(std::uint64_t bytes);
  // What of it is left.
  [[nodiscard]] std::uint64_t free_bytes() const;

  // Called before each operation with its number; no other operation goes on meanwhile.
  void before_each(std::function<void(std::uint64_t operation)> call);

  // Makes a folder of what a power cut at this moment would leave. Without a seed nothing is left
  // that was not durable; with one some of it is, and files may be torn. Of the changes of names
  // the earlier ones are left first, as on file systems with a journal.
  void cut_power(const std::string& to, std::optional<std::uint64_t> seed) const;

 private:
  class Disk;
  std::shared_ptr<Disk> disk_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace cowrite::storage
