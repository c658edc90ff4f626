#include "storage/format/segment_parts.h"

#include <utility>

#include "ot/base/varint.h"
#include "storage/format/segment.h"

namespace cowrite::storage {

ot::Operation TextEdit::operation() const {
  ot::OperationBuilder operation;
  operation.retain(place).insert(text).erase(erased);
  return std::move(operation).build();
}

std::optional<TextEdit> as_text_edit(const ot::Operation& operation) {
  TextEdit edit;
  auto component = operation.begin();
  if (component != operation.end() && (*component).kind == ot::Kind::kRetain) {
    edit.place = (*component++).length;
  }
  if (component != operation.end() && (*component).kind == ot::Kind::kInsert) {
    edit.text = (*component).text;
    edit.inserted = (*component++).length;
  }
  if (component != operation.end() && (*component).kind == ot::Kind::kDelete &&
      (*component).text.empty()) {
    edit.erased = (*component++).length;
  }
  const bool is_all = component == operation.end();
  return is_all && edit.is_valid() ? std::optional<TextEdit>(edit) : std::nullopt;
}

std::optional<Change> take_whole_change(EditKind kind, ValueReader& in) {
  switch (kind) {
    case EditKind::kOperation: {
      Edit edit{in.operation()};
      if (as_text_edit(edit.operation)) in.fail();  // It would be one.
      return edit;
    }
    case EditKind::kCreate:
      return Create{std::string(in.text(in.number()))};
    case EditKind::kDelete:
      return Delete{};
    default:
      return std::nullopt;
  }
}

void put_header(const SegmentHeader& header, std::string& out) {
  ot::put_varint(header.count, out);
  put_signed(header.first_ms, out);
  put_signed(header.last_ms, out);
}

SegmentHeader take_header(ValueReader& in) {
  SegmentHeader header;
  header.count = in.number();
  header.first_ms = in.signed_number();
  header.last_ms = in.signed_number();
  if (header.count == 0 || header.count > kSegmentRecords || header.last_ms < header.first_ms) {
    in.fail();
  }
  return header;
}

}  // namespace cowrite::storage
