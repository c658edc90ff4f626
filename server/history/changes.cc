#include "server/history/changes.h"

#include <optional>

#include "server/history/queries.h"
#include "server/history/record_writer.h"
#include "server/history/restoration.h"
#include "storage/document_name.h"
#include "storage/errors.h"

namespace cowrite::history {
namespace {

// Why erasing failed; if that was only the rewriting of files, it says so.
Error still_on_disk(const storage::History& history, const storage::DocumentKey& key,
                    const Error& error) {
  const Result<std::optional<storage::DocumentInfo>> info = history.info(key);
  if (!info || !*info || (*info)->erased < (*info)->version) return error;
  return {error.code,
          storage::describe(key) +
              ": nobody can read it any more, but files still hold it: " + error.message};
}

}  // namespace

Result<ChangeDone> Changes::restore(const storage::DocumentKey& key,
                                    const storage::VersionSelector& at, const std::string& author) {
  Result<Restoration> restoration = make_restoration(log_.history(), key, at, room_);
  if (!restoration) return restoration.error();
  if (!restoration->change) return ChangeDone{restoration->base, false};
  return submit({key, author, restoration->base, std::move(*restoration->change)});
}

Result<ChangeDone> Changes::restore_as(const storage::DocumentKey& key,
                                       const storage::VersionSelector& at,
                                       const storage::DocumentKey& as, const std::string& author) {
  Result<storage::Snapshot> read = read_version(log_.history(), key, at);
  if (!read) return read.error();
  if (const Result<void> taken = room_.grow_to(2 * read->text.bytes()); !taken) {
    return storage::about(key, taken.error());
  }
  Result<VersionText> text = copy_text(std::move(read));
  const Result<std::optional<storage::DocumentInfo>> info = find_or_new(as);
  if (!info) return info.error();
  if (*info && (*info)->exists) {
    return Error{storage::kErrConflict, storage::describe(as) + ": it exists already"};
  }
  const std::uint64_t base = *info ? (*info)->version : 0;
  return submit({as, author, base, storage::Create{std::move(text->text)}});
}

Result<ChangeDone> Changes::remove(const storage::DocumentKey& key, const std::string& author) {
  const Result<storage::DocumentInfo> info = read_info(log_.history(), key);
  if (!info) return info.error();
  if (!info->exists) return ChangeDone{info->version, false};
  return submit({key, author, info->version, storage::Delete{}});
}

Result<ChangeDone> Changes::purge(const storage::DocumentKey& key) {
  if (const Result<void> room = check_disk(log_); !room) return room.error();
  const Result<storage::DocumentInfo> info = read_info(log_.history(), key);
  if (!info) return info.error();
  if (info->exists) {
    return Error{storage::kErrConflict, storage::describe(key) + ": it exists; delete it first"};
  }
  const Result<void> erased = log_.erase(key);
  // Also if only the rewriting failed: what an open document remembers is gone from the log.
  sink_.reload(key);
  if (!erased) return still_on_disk(log_.history(), key, erased.error());
  return ChangeDone{info->version, true};
}

Result<ChangeDone> Changes::append(const storage::DocumentKey& key,
                                   std::vector<storage::Record> records) {
  const Result<std::optional<storage::DocumentInfo>> info = find_or_new(key);
  if (!info) return info.error();
  if (records.empty()) return ChangeDone{*info ? (*info)->version : 0, false};
  const Result<std::uint64_t> version =
      append_records(log_, key, std::move(records), keep_waiting_);
  if (!version) return version.error();
  sink_.reload(key);
  return ChangeDone{*version, true};
}

Result<std::optional<storage::DocumentInfo>> Changes::find_or_new(
    const storage::DocumentKey& key) const {
  Result<std::optional<storage::DocumentInfo>> info = log_.history().info(key);
  if (!info || *info) return info;
  if (const auto problem = storage::problem_of_new_document(key)) {
    return Error{kErrNameInvalid, storage::describe(key) + ": a document's name " + *problem};
  }
  return info;
}

Result<ChangeDone> Changes::submit(DocumentChange change) {
  // Else the change would wait for the disk, and the operator's next ones behind it.
  if (const Result<void> room = check_disk(log_); !room) return room.error();
  const Result<std::uint64_t> version = sink_.submit(std::move(change));
  if (!version) return version.error();
  return ChangeDone{*version, true};
}

}  // namespace cowrite::history
