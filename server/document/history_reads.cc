#include "server/document/history_reads.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/document/limits.h"
#include "server/protocol/error_codes.h"
#include "storage/errors.h"

namespace cowrite::document {
namespace {

using storage::DocumentKey;
using storage::History;
using storage::Record;

// The records from <= version < to, all of them.
Result<std::vector<Record>> read_all(const DocumentKey& key, std::uint64_t from, std::uint64_t to,
                                     const History& history) {
  std::vector<Record> all;
  while (from + all.size() < to) {
    const std::uint64_t next = from + all.size();
    Result<std::vector<Record>> records = history.records(key, next, to, kRecentBytesMax);
    if (!records) return records.error();
    if (records->empty()) {
      return Error{protocol::kErrLogUnavailable, "the log has no record " + std::to_string(next)};
    }
    all.insert(all.end(), std::make_move_iterator(records->begin()),
               std::make_move_iterator(records->end()));
  }
  return all;
}

Result<LoadedDocument> load(const DocumentKey& key, std::optional<std::uint64_t> since,
                            DocumentMemory& memory, const History& history) {
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  if (!info) return info.error();
  DocumentMemory::Charge charge = memory.try_charge(memory_of_text(*info ? (*info)->bytes : 0));
  if (!charge) return no_room();
  Result<storage::Snapshot> snapshot = history.snapshot(key, std::nullopt);
  if (!snapshot) return snapshot.error();
  const std::uint64_t version = snapshot->version;
  const std::uint64_t erased = *info ? std::min((*info)->erased, version) : 0;
  const std::uint64_t recent = std::min<std::uint64_t>(version, kRecentRecordsOnOpening);
  Result<std::vector<Record>> records = read_all(
      key, std::max(erased, std::min(since.value_or(version), version - recent)), version, history);
  if (!records) return records.error();
  const Result<std::uint64_t> checkpoint = history.checkpoint(key);
  if (!checkpoint) return checkpoint.error();
  return LoadedDocument{
      std::make_unique<Document>(key, *std::move(snapshot), *std::move(records), *checkpoint),
      std::move(charge)};
}

Error with_advice(const DocumentKey& key, Error error, const History& history) {
  if (error.code != storage::kErrDamaged) return error;
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  if (info && *info) error.message += "; its newest version is " + std::to_string((*info)->version);
  error.message += "; restore it from a backup, or look with: cowrite verify " + key.id();
  return error;
}

}  // namespace

Error no_room() { return {storage::kErrBusy, "the open documents leave no room for another"}; }

Result<LoadedDocument> load_document(const DocumentKey& key, std::optional<std::uint64_t> since,
                                     DocumentMemory& memory, const History& history) {
  Result<LoadedDocument> loaded = load(key, since, memory, history);
  if (!loaded) return with_advice(key, loaded.error(), history);
  return loaded;
}

Result<RoomySnapshot> read_snapshot(const DocumentKey& key,
                                    const storage::VersionSelector& selector, std::uint64_t newest,
                                    DocumentMemory& memory, const History& history) {
  std::uint64_t version = newest;
  if (const auto* at = std::get_if<storage::AtVersion>(&selector)) version = at->version;
  if (const auto* at = std::get_if<storage::AtTime>(&selector)) {
    const Result<std::uint64_t> found = history.version_at(key, at->time_ms);
    if (!found) return found.error();
    version = std::min(*found, newest);
  }
  Result<storage::Snapshot> snapshot = history.snapshot(key, version);
  if (!snapshot) return snapshot.error();
  DocumentMemory::Charge charge = memory.try_charge(memory_of_text(snapshot->text.bytes()));
  if (!charge) return no_room();
  return RoomySnapshot{*std::move(snapshot),
                       std::make_shared<DocumentMemory::Charge>(std::move(charge))};
}

}  // namespace cowrite::document
