#include "server/history/import_check.h"

#include "ot/base/utf8.h"
#include "storage/limits.h"

namespace cowrite::history {
namespace {

Error invalid(std::string reason) { return {kErrRecordInvalid, std::move(reason)}; }

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= storage::kIdBytesMax && ot::utf8::is_valid(text);
}

Result<void> ImportCheck::add(const storage::Record& record) {
  if (record.version != newest_.version) {
    return invalid("it makes version " + std::to_string(record.version + 1) + " where " +
                   std::to_string(newest_.version + 1) + " is due");
  }
  if (record.time_ms < newest_.time_ms) return invalid("it is older than the record before it");
  if (!record.author.empty() && !is_id(record.author)) {
    return invalid("its author's name is too long, or not UTF-8");
  }
  if (Result<void> checked = check_submission(record); !checked) return checked;
  const auto* edit = std::get_if<storage::Edit>(&record.change);
  if (edit && edit->operation.size() > storage::kOperationComponentsMax) {
    return invalid("its operation has more than " +
                   std::to_string(storage::kOperationComponentsMax) + " components");
  }
  if (Result<void> applied = storage::apply(newest_, record); !applied) {
    return invalid(applied.error().message);
  }
  if (newest_.text.bytes() > storage::kDocumentBytesMax) {
    return invalid("the document becomes larger than " +
                   std::to_string(storage::kDocumentBytesMax) + " bytes");
  }
  return {};
}

// Clients are answered by (source, sequence), so within a source sequences rise.
Result<void> ImportCheck::check_submission(const storage::Record& record) {
  if (!is_id(record.source)) {
    return invalid("its source is empty, too long, or not UTF-8");
  }
  if (record.sequence > storage::kIntegerMax) return invalid("its sequence is too large");
  auto known = sequences_.find(record.source);
  if (known == sequences_.end()) {
    const Result<std::optional<storage::SourceEntry>> before = find_source_(record.source);
    if (!before) return before.error();
    if (*before) known = sequences_.emplace(record.source, (*before)->sequence).first;
  }
  if (known != sequences_.end() && record.sequence <= known->second) {
    return invalid("its source has sent sequence " + std::to_string(known->second) + " before");
  }
  sequences_.insert_or_assign(record.source, record.sequence);
  return {};
}

}  // namespace cowrite::history
