// ImportCheck: whether records from outside, such as those of a file, can continue a document's
// history. Records that pass are such as a live document could have committed itself.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ot/base/result.h"
#include "server/history/errors.h"
#include "storage/history.h"
#include "storage/record.h"
#include "storage/seeded_hash.h"

namespace cowrite::history {

// Whether the log may hold the text as an id, a source or an author: UTF-8 of 1 to storage's
// kIdBytesMax bytes. What new documents may be called is narrower (storage/document_name.h).
[[nodiscard]] bool is_id(std::string_view text);

class ImportCheck {
 public:
  // The newest record of a source before `start`.
  using FindSource =
      std::function<Result<std::optional<storage::SourceEntry>>(const std::string& source)>;

  // The records follow `start`.
  ImportCheck(storage::Snapshot start, FindSource find_source)
      : newest_(std::move(start)), find_source_(std::move(find_source)) {}

  // Fails with kErrRecordInvalid and the reason, or as FindSource does. Nothing may be added after
  // a failure.
  [[nodiscard]] Result<void> add(const storage::Record& record);

  // The document after the records so far.
  [[nodiscard]] const storage::Snapshot& newest() const { return newest_; }

 private:
  [[nodiscard]] Result<void> check_submission(const storage::Record& record);

  storage::Snapshot newest_;
  FindSource find_source_;
  std::unordered_map<std::string, std::uint64_t, storage::SeededHash>
      sequences_;  // The newest of each source.
};

}  // namespace cowrite::history
