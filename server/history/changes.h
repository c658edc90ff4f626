// Changes: what an operator does to documents, alike through a running server and on a data folder
// that no server uses. The sink decides where a change goes.
//
// For a thread that may block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "server/history/room.h"
#include "storage/await.h"
#include "storage/log.h"
#include "storage/version_selector.h"

namespace cowrite::history {

// A change made on version `base` of a document.
struct DocumentChange {
  storage::DocumentKey key;
  std::string author;
  std::uint64_t base = 0;
  storage::Change change;
};

struct ChangeDone {
  std::uint64_t version = 0;  // The document's, afterwards.
  bool changed = true;        // False if the document was as it should be already.
};

class ChangeSink {
 public:
  virtual ~ChangeSink() = default;

  // Makes a change, and returns the version that it made.
  [[nodiscard]] virtual Result<std::uint64_t> submit(DocumentChange change) = 0;

  // The log holds another history of the document than it did: whoever has the document open must
  // load it anew.
  virtual void reload(const storage::DocumentKey& key) = 0;
};

// All fail as reading does, and with kErrDocumentUnknown, kErrNameInvalid, storage's kErrConflict
// if the document is in another state than the change needs, kErrDiskFull, kErrBusy, kErrNoRoom,
// or as the sink does.
class Changes {
 public:
  // REQUIRES: the log, the sink and the room outlive this.
  Changes(storage::Log& log, ChangeSink& sink, Room& room, storage::KeepWaiting keep_waiting)
      : log_(log), sink_(sink), room_(room), keep_waiting_(std::move(keep_waiting)) {}

  // Gives a document the text of an earlier version, by one edit, or by creating it again.
  [[nodiscard]] Result<ChangeDone> restore(const storage::DocumentKey& key,
                                           const storage::VersionSelector& at,
                                           const std::string& author);
  // Makes another document of it, which must not exist.
  [[nodiscard]] Result<ChangeDone> restore_as(const storage::DocumentKey& key,
                                              const storage::VersionSelector& at,
                                              const storage::DocumentKey& as,
                                              const std::string& author);
  // Deletes a document; its history stays.
  [[nodiscard]] Result<ChangeDone> remove(const storage::DocumentKey& key,
                                          const std::string& author);
  // Erases the text and history of a deleted document for good.
  [[nodiscard]] Result<ChangeDone> purge(const storage::DocumentKey& key);
  // Adds records to a document's history as they are (record_writer.h); none change nothing.
  [[nodiscard]] Result<ChangeDone> append(const storage::DocumentKey& key,
                                          std::vector<storage::Record> records);

 private:
  [[nodiscard]] Result<ChangeDone> submit(DocumentChange change);
  // Absent if the document is to be made. Fails with kErrNameInvalid.
  [[nodiscard]] Result<std::optional<storage::DocumentInfo>> find_or_new(
      const storage::DocumentKey& key) const;

  storage::Log& log_;
  ChangeSink& sink_;
  Room& room_;
  const storage::KeepWaiting keep_waiting_;
};

}  // namespace cowrite::history
