// The victim of the crash tests: appends to several documents for ever, and says on its output what
// was acknowledged.
//
//     crash_writer FOLDER [FILE_BYTES_MAX]
//
// With a limit on the size of files, it says every outcome, and ends 100 appends after the first
// that was not committed.
#include "tests/storage/crash_writer.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <semaphore>
#include <string>
#include <vector>

#include "storage/rocksdb_log.h"

namespace cowrite::storage {
namespace {

// One line for each outcome, written at once: what was acknowledged before the kill is in the pipe.
void say(std::size_t document, std::uint64_t version, AppendOutcome outcome) {
  const std::string line = std::to_string(document) + " " + std::to_string(version) + " " +
                           std::to_string(static_cast<int>(outcome)) + "\n";
  CHECK(write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

void append_for_ever(RocksDbLog& log) {
  std::vector<std::uint64_t> versions(kCrashDocuments);
  for (std::size_t i = 0; i < kCrashDocuments; ++i) {
    const Result<std::optional<DocumentInfo>> info = log.history().info(crash_document(i));
    CHECK(info);
    versions[i] = *info ? (*info)->version : 0;
  }
  std::counting_semaphore<> in_flight(kCrashDocuments);
  std::atomic<int> left = 100;
  for (std::size_t turn = 0; left > 0; ++turn) {
    const std::size_t document = turn % kCrashDocuments;
    in_flight.acquire();
    Append append = crash_append(document, versions[document]);
    const std::uint64_t version = versions[document] += append.records->size();
    log.append(std::move(append), [&, document, version](AppendOutcome outcome) {
      say(document, version, outcome);
      left -= outcome == AppendOutcome::kCommitted ? 0 : 1;
      in_flight.release();
    });
    if (version % 64 == 0) {
      const Result<Snapshot> snapshot =
          log.history().snapshot(crash_document(document), std::nullopt);
      CHECK(snapshot);
      log.save_checkpoint(crash_document(document), *snapshot);
    }
    if (version % 64 == 32) {
      const auto info = log.history().info(crash_document(document));
      CHECK(info);
      if (*info) log.pack(crash_document(document), (*info)->version);
    }
  }
  for (std::size_t i = 0; i < kCrashDocuments; ++i) in_flight.acquire();
}

}  // namespace
}  // namespace cowrite::storage

int main(int count, char** arguments) {
  using namespace cowrite::storage;
  CHECK(count == 2 || count == 3);
  const auto log = RocksDbLog::open(arguments[1], OpenMode::kReadWrite);
  CHECK(log);
  if (count == 3) {
    signal(SIGXFSZ, SIG_IGN);
    const rlim_t bytes = std::strtoull(arguments[2], nullptr, 10);
    const rlimit limit = {bytes, bytes};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  append_for_ever(**log);
}
