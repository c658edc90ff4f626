// The records of a document in order, whether they stand alone or in segments.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "storage/format/keys.h"
#include "storage/record.h"
#include "storage/store/view.h"

namespace cowrite::storage {

// kErrDamaged, at a version.
[[nodiscard]] Error damaged_at(std::uint64_t version, std::string_view reason);

// What kept the record or checkpoint at a version from being read.
[[nodiscard]] Error unreadable_at(std::uint64_t version, const Error& error);

// Says whether to go on; an error ends the scan and is its result.
using RecordVisitor = std::function<Result<Visit>(Record&& record)>;

// Shows the records from <= version < to, each once and none left out: else it fails with
// kErrDamaged, naming the version. REQUIRES: the document has that many.
[[nodiscard]] Result<void> scan_records(const View& view, DocumentNumber number, std::uint64_t from,
                                        std::uint64_t to, const RecordVisitor& visit);

// The records of an entry: never none.
using EntryRecordsVisitor = std::function<Result<Visit>(std::vector<Record>&& records)>;

// The same entry by entry: the first one and the last one may begin before `from` and end after
// `to`.
[[nodiscard]] Result<void> scan_entries(const View& view, DocumentNumber number, std::uint64_t from,
                                        std::uint64_t to, const EntryRecordsVisitor& visit);

}  // namespace cowrite::storage
