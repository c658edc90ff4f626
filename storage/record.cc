#include "storage/record.h"

#include "ot/apply.h"

namespace cowrite::storage {

std::size_t change_bytes(const Change& change) {
  if (const auto* edit = std::get_if<Edit>(&change)) {
    return edit->operation.inserted_bytes() + edit->operation.size() * sizeof(std::uint64_t);
  }
  if (const auto* create = std::get_if<Create>(&change)) return create->text.size();
  return 0;
}

std::size_t record_bytes(const Record& record) {
  return sizeof(record) + record.source.size() + record.author.size() + change_bytes(record.change);
}

Result<void> apply(Snapshot& snapshot, const Record& record) {
  CHECK(record.version == snapshot.version);
  if (const auto* edit = std::get_if<Edit>(&record.change)) {
    if (!snapshot.exists) {
      return Error{ot::kErrOperationNotApplied, "an edit of a document that does not exist"};
    }
    if (Result<void> applied = ot::apply(snapshot.text, edit->operation); !applied) return applied;
  } else if (const auto* create = std::get_if<Create>(&record.change)) {
    if (snapshot.exists) {
      return Error{ot::kErrOperationNotApplied, "a creation of a document that exists"};
    }
    if (create->text.size() > ot::Rope::kBytesMax) {
      return Error{ot::kErrOperationNotApplied, "a text of more bytes than a document can have"};
    }
    snapshot.text = ot::Rope(create->text);
    snapshot.exists = true;
  } else {  // A document that does not exist may be deleted: ShareDB counts a version for it.
    snapshot.text = ot::Rope();
    snapshot.exists = false;
  }
  snapshot.version += 1;
  snapshot.time_ms = record.time_ms;
  return {};
}

}  // namespace cowrite::storage
