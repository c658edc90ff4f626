// The JSON of the operator's part of the API, in both directions, and of a history as lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/changes.h"
#include "server/history/disk_use.h"
#include "server/history/queries.h"
#include "storage/backup_info.h"
#include "storage/read/verify.h"
#include "storage/record.h"

namespace cowrite::http {

// {"collection":"docs","id":"notes","proven":true,"records":12,"checkpoints":1,"chain_values":0}
[[nodiscard]] std::string proof_json(const storage::DocumentKey& key, const storage::Proof& proof);
[[nodiscard]] Result<storage::Proof> parse_proof(std::string_view json);

// {"collection":"docs","id":"notes","proven":false,"error":{"code":"...","message":"..."}}
[[nodiscard]] std::string disproof_json(const std::optional<storage::DocumentKey>& key,
                                        const Error& error);

// {"collection":"docs","id":"notes","version":12,"exists":true,"bytes":1045,"created":"...",
//  "changed":"...","disk":{"records":120,"checkpoints":1100,"sources":40}}
[[nodiscard]] std::string document_use_json(const history::DocumentUse& use);
[[nodiscard]] Result<history::DocumentUse> parse_document_use(std::string_view json);

// {"files":1,"log":2,"cache":3,"memory_max":4,"compaction_pending":5,"free":6,"reserve":7}
[[nodiscard]] std::string store_use_json(const history::StoreUse& use);
[[nodiscard]] Result<history::StoreUse> parse_store_use(std::string_view json);

// {"number":3,"bytes":104857600,"milliseconds":412}
struct BackupDone {
  storage::BackupInfo backup;
  std::uint64_t milliseconds = 0;
};
[[nodiscard]] std::string backup_json(const BackupDone& done);
[[nodiscard]] Result<BackupDone> parse_backup(std::string_view json);

// {"version":13,"changed":true}
using history::ChangeDone;
[[nodiscard]] std::string change_json(const ChangeDone& done);
[[nodiscard]] Result<ChangeDone> parse_change(std::string_view json);

// {"collections":["docs","drafts"]}; "damaged" as in documents_json()
[[nodiscard]] std::string collections_json(const history::CollectionList& collections);
[[nodiscard]] Result<history::CollectionList> parse_collections(std::string_view json);

// How far a job is: the records that a proof has gone through, or the bytes that a backup has
// copied, of at most so many.
struct JobProgress {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_max = 0;
};

// {"job":"9f0c...","records":120000,"bytes":0,"bytes_max":0}
struct JobReport {
  std::string id;
  JobProgress reached;
};
[[nodiscard]] std::string job_json(const JobReport& job);
[[nodiscard]] Result<JobReport> parse_job(std::string_view json);

// A record as a line of a history (record_json()). Anybody may have written it, so nothing in it
// may be ambiguous. Fails with kErrRecordInvalid.
[[nodiscard]] Result<storage::Record> parse_record_line(std::string_view line);

// The first line of a history:
// {"format":"cowrite-history","format_version":1,"collection":"docs","id":"notes","records":12}
struct HistoryHeader {
  storage::DocumentKey key;
  std::uint64_t records = 0;
};
[[nodiscard]] std::string history_header_json(const HistoryHeader& header);
// Fails with kErrRecordInvalid, of a newer format too.
[[nodiscard]] Result<HistoryHeader> parse_history_header(std::string_view line);

}  // namespace cowrite::http
