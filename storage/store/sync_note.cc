#include "storage/store/sync_note.h"

#include <array>
#include <cinttypes>
#include <cstdio>

#include "storage/errors.h"
#include "storage/format/checksum.h"
#include "storage/store/side_file.h"

namespace cowrite::storage {
namespace {

std::string text_of(const SyncNote& note) {
  const std::string numbers = std::to_string(note.log) + " " + std::to_string(note.bytes);
  std::array<char, 16> sum{};
  std::snprintf(sum.data(), sum.size(), " %08" PRIx32 "\n", crc32c(numbers));
  return numbers + sum.data();
}

}  // namespace

Result<void> write_sync_note(const std::string& folder, const SyncNote& note) {
  return write_side_file(folder, kSyncNoteFile, text_of(note));
}

Result<std::optional<SyncNote>> read_sync_note(const std::string& folder) {
  const Result<std::optional<std::string>> text = read_side_file(folder, kSyncNoteFile);
  if (!text) return text.error();
  if (!*text) return std::optional<SyncNote>();
  SyncNote note;
  const bool read =
      std::sscanf((*text)->c_str(), "%" SCNu64 " %" SCNu64, &note.log, &note.bytes) == 2;
  if (read && text_of(note) == **text) return std::optional(note);
  return Error{kErrDamaged, "file " + folder + "/" + kSyncNoteFile +
                                " is damaged, so that nobody knows how far the write-ahead log "
                                "was synced; without that file, what the log has is read"};
}

}  // namespace cowrite::storage
