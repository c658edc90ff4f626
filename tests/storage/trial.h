// Trial: a short life of a log, always the same, by an oracle that knows at each moment what was
// asked for and what was acknowledged. Whatever happens to the disk meanwhile, expect_kept() says
// if the promises were kept.
//
// Four documents are written side by side, archived now and then, one of them removed, erased for
// good and begun anew; little memory makes RocksDB flush and compact all the time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "storage/rocksdb_log.h"
#include "tests/storage/support.h"

namespace cowrite::storage {

class Trial {
 public:
  static constexpr std::size_t kDocuments = 4;

  // What was acknowledged by some moment.
  struct Promised {
    std::array<std::uint64_t, kDocuments> versions{};
    bool erased = false;
  };

  explicit Trial(std::size_t rounds);

  // Lives it through, on from what was acknowledged. Expects that nothing is acknowledged after an
  // unknown outcome.
  void run(RocksDbLog& log);

  // Of what run() has been told so far. Thread-safe, also while it runs.
  [[nodiscard]] Promised promised() const;
  [[nodiscard]] bool failed() const { return failed_; }

  // Opens the folder and expects: all that was promised is there (P1), each record as it was
  // written and once (P2), without a gap (P3), versions read as they were (P4), all of it is proven
  // (P5), nothing is there that was never asked for, and writing goes on.
  void expect_kept(const std::string& folder, const Promised& promised) const;
  // The same for a log that is open.
  void expect_kept(RocksDbLog& log, const Promised& promised) const;

 private:
  struct Step {
    std::array<Append, kDocuments> appends;
    std::array<std::uint64_t, kDocuments> versions{};  // After the appends.
    bool archive = false;
    bool erase = false;
  };

  void append_all(RocksDbLog& log, const Step& step);
  void expect_document(const RocksDbLog& log, std::size_t document, const Promised& promised) const;

  std::vector<Author> authors_;
  std::vector<Step> steps_;
  mutable std::mutex mutex_;
  Promised promised_;
  std::uint64_t erasable_ = 0;  // The version at which the last document may have been erased.
  std::atomic<bool> failed_ = false;
};

// So little memory that a flush comes every few appends.
[[nodiscard]] LogOptions trial_options(rocksdb::Env* env);

// One to three records more, small ones and some that fill a buffer.
void write_on(Author& author, std::mt19937_64& random);

// A folder for many small files that need not outlive the test: in memory where that can be had.
[[nodiscard]] std::string quick_folder();

// How many cases of something to try: the environment variable's number, if it has one.
[[nodiscard]] std::size_t case_count(const char* variable, std::size_t otherwise);

}  // namespace cowrite::storage
