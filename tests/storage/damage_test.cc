// Bytes that change under a data folder: what is read afterwards is all of it, or the damage is
// reported; never less without a word. What was cut off the end of the newest log of a folder that
// was not closed cannot be told from a power cut, if it was synced after the last note.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/errors.h"
#include "storage/read/latest_history.h"
#include "storage/read/verify.h"
#include "storage/rocksdb_log.h"
#include "storage/store/file_check.h"
#include "storage/store/sync_note.h"
#include "tests/storage/fault_env.h"
#include "tests/storage/support.h"
#include "tests/storage/trial.h"

namespace cowrite::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDocuments = 6;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

enum class State : std::uint8_t { kRunning, kClosed };
enum class Manner : std::uint8_t { kFlip, kOverwrite, kZero, kCut, kDelete };

constexpr std::array<const char*, 6> kFiles = {".log",    ".sst",   "MANIFEST-",
                                               "CURRENT", "CLOSED", "SYNCED"};
constexpr std::array<const char*, 5> kManners = {"a flipped bit in", "other bytes in", "zeros in",
                                                 "a cut", "a missing"};

// The files of a kind, the oldest first.
std::vector<fs::path> files_of(const std::string& folder, std::size_t kind) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().find(kFiles.at(kind)) != std::string::npos) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// How much of a log the folder's note vouches for.
std::uint64_t synced_bytes(const std::string& folder, const fs::path& log) {
  const Result<std::optional<SyncNote>> note = read_sync_note(folder);
  const bool noted = note && *note && log.filename() == log_file((*note)->log);
  return noted ? (*note)->bytes : 0;
}

// A folder as it is while a server runs on it, and as it is after it was closed.
class Original {
 public:
  Original() : temp_(quick_folder()) {
    for (std::size_t document = 0; document < kDocuments; ++document) {
      authors_.emplace_back(DocumentKey{"docs", "document " + std::to_string(document)});
    }
    FaultEnv env(folder(State::kClosed));
    write(*open(env), 54);
    const std::unique_ptr<RocksDbLog> log = open(env);  // All checkpoints are written by now.
    write(*log, 6);
    while (!is_all_noted()) std::this_thread::yield();
    env.cut_power(folder(State::kRunning), std::nullopt);
  }

  [[nodiscard]] std::string folder(State state) const {
    return temp_ / (state == State::kRunning ? "running" : "data");
  }
  [[nodiscard]] const std::vector<Author>& authors() const { return authors_; }

 private:
  [[nodiscard]] std::unique_ptr<RocksDbLog> open(FaultEnv& env) const {
    Result<std::unique_ptr<RocksDbLog>> log =
        RocksDbLog::open(folder(State::kClosed), OpenMode::kReadWrite, trial_options(env.env()));
    EXPECT_TRUE(log);
    return *std::move(log);
  }

  void write(RocksDbLog& log, std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round) {
      for (Author& author : authors_) {
        write_on(author, random_);
        EXPECT_EQ(append(log, author.take()), AppendOutcome::kCommitted);
        if (round % 8 == 7) log.save_checkpoint(author.key(), author.newest());
        if (round % 8 == 3) log.pack(author.key(), author.newest().version);
      }
    }
  }

  // Whether the note vouches for all that is in the newest log.
  [[nodiscard]] bool is_all_noted() const {
    const fs::path log = files_of(folder(State::kClosed), 0).back();
    return fs::file_size(log) == synced_bytes(folder(State::kClosed), log);
  }

  TempFolder temp_;
  std::mt19937_64 random_{7};
  std::vector<Author> authors_;
};

const Original& original() {
  static const Original made;
  return made;
}

struct Damage {
  State state = State::kRunning;
  std::size_t file = 0;  // In kFiles.
  Manner manner = Manner::kFlip;
  std::uint64_t seed = 0;
};

struct Done {
  bool any = false;      // There was something to damage.
  bool excused = false;  // A power cut may look like that.
  std::string told;
};

Done inflict(const Damage& damage, const std::string& folder) {
  std::mt19937_64 random(damage.seed);
  const std::vector<fs::path> files = files_of(folder, damage.file);
  if (files.empty()) return {};
  const fs::path path = files[random() % files.size()];
  std::string bytes = read_file(path);
  if (bytes.empty() && damage.manner != Manner::kDelete) return {};
  const std::size_t place = bytes.empty() ? 0 : random() % bytes.size();
  const std::size_t end = std::min(bytes.size(), place + 1 + random() % 600);
  const std::string before = bytes;
  switch (damage.manner) {
    case Manner::kFlip:
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << random() % 8));
      break;
    case Manner::kOverwrite:
      std::generate(bytes.begin() + static_cast<std::ptrdiff_t>(place),
                    bytes.begin() + static_cast<std::ptrdiff_t>(end),
                    [&] { return static_cast<char>(random()); });
      break;
    case Manner::kZero:
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(place),
                bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
      break;
    case Manner::kCut:
      bytes.resize(place);
      break;
    case Manner::kDelete:
      fs::remove(path);
      break;
  }
  if (damage.manner != Manner::kDelete) std::ofstream(path, std::ios::binary) << bytes;
  const bool newest_log = damage.file == 0 && path == files.back();
  const bool up_to_end = (damage.manner == Manner::kZero || damage.manner == Manner::kOverwrite) &&
                         end == before.size();
  const bool only_end = up_to_end || damage.manner == Manner::kCut;
  const bool after_note = newest_log && place >= synced_bytes(folder, path);
  return {bytes != before || damage.manner == Manner::kDelete,
          damage.state == State::kRunning && after_note && only_end,
          std::string(kManners.at(static_cast<std::size_t>(damage.manner))) + " " +
              path.filename().string() + " (" + std::to_string(before.size()) + " bytes) at " +
              std::to_string(place) + ", folder " +
              (damage.state == State::kRunning ? "running" : "closed") + ", seed " +
              std::to_string(damage.seed)};
}

void expect_named(const Error& error, const DocumentKey& key) {
  EXPECT_TRUE(error.code == kErrDamaged || error.code == kErrIo) << error.message;
  EXPECT_NE(error.message.find(describe(key)), std::string::npos) << error.message;
}

// Whether the document is whole; if it is not, that is reported by all ways to it.
bool is_whole(const Store& store, const Author& author, bool excused) {
  const LatestHistory history(store);
  const DocumentKey& key = author.key();
  const Result<Proof> proof = prove(store, key);
  const Result<Snapshot> newest = history.snapshot(key, std::nullopt);
  const Result<std::vector<Record>> records = history.records(key, 0, kNoLimit, kNoLimit);
  for (const Error* error : {proof ? nullptr : &proof.error(), newest ? nullptr : &newest.error(),
                             records ? nullptr : &records.error()}) {
    if (error != nullptr && !(excused && error->code == kErrDocumentUnknown))
      expect_named(*error, key);
  }
  if (newest) {
    EXPECT_TRUE(same(*newest, author.snapshots().at(newest->version)));
    EXPECT_TRUE(newest->version == author.records().size() || excused) << "silently shorter";
  }
  if (records) {
    EXPECT_TRUE(
        std::equal(records->begin(), records->end(), author.records().begin(),
                   author.records().begin() + static_cast<std::ptrdiff_t>(records->size())));
    EXPECT_TRUE(records->size() == author.records().size() || excused) << "silently shorter";
  }
  return proof && newest && records;
}

enum class Outcome : std::uint8_t { kNotOpened, kPartly, kWhole };

Outcome outcome_of(const std::string& folder, OpenMode mode, bool excused) {
  const Result<std::unique_ptr<RocksDbStore>> store = RocksDbStore::open(folder, mode);
  if (!store) {
    const std::string_view code = store.error().code;
    EXPECT_TRUE(code == kErrDamaged || code == kErrIo) << store.error().message;
    return Outcome::kNotOpened;
  }
  bool all = true;
  for (const Author& author : original().authors()) all = is_whole(**store, author, excused) && all;
  const Result<std::vector<ListEntry>> list = LatestHistory(**store).list({}, 100);
  const bool listed =
      list && std::ranges::all_of(*list, [](const auto& entry) { return entry.info.has_value(); });
  EXPECT_TRUE(!listed || excused || list->size() == kDocuments);
  // What the list does not show could be the orphans'.
  EXPECT_TRUE(!all || !listed || excused || verify_no_orphans(*(*store)->view()));
  return all && listed ? Outcome::kWhole : Outcome::kPartly;
}

// COWRITE_DAMAGES says how many.
TEST(Damage, IsReportedOrDoesNoHarm) {
  const std::size_t cases = case_count("COWRITE_DAMAGES", 100);
  std::array<std::size_t, 3> outcomes{};
  std::size_t excused = 0;
  std::uint64_t number = 0;
  for (std::size_t done = 0; done < cases; ++number) {
    const Damage damage = {static_cast<State>(number % 2), number / 2 % kFiles.size(),
                           static_cast<Manner>(number / 2 / kFiles.size() % kManners.size()),
                           number};
    const TempFolder temp(quick_folder());
    fs::copy(original().folder(damage.state), temp / "data");
    const Done inflicted = inflict(damage, temp / "data");
    if (!inflicted.any) continue;
    ++done;
    excused += inflicted.excused ? 1 : 0;
    SCOPED_TRACE(inflicted.told);
    for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
      SCOPED_TRACE(mode == OpenMode::kReadOnly ? "read only" : "for writing");
      outcomes.at(static_cast<std::size_t>(outcome_of(temp / "data", mode, inflicted.excused)))++;
    }
  }
  std::printf("%zu damages, %zu of them like power cuts: %zu not opened, %zu reported, %zu whole\n",
              cases, excused, outcomes[0], outcomes[1], outcomes[2]);
}

}  // namespace
}  // namespace cowrite::storage
