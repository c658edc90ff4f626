#include "ot/apply.h"

#include <cstdint>
#include <string>

#include "ot/edits.h"

namespace cowrite::ot {

namespace {

// Never inlined: apply() is short without them.
[[gnu::noinline, gnu::cold]] Result<void> too_far(std::uint64_t reach, const Rope& text) {
  return past_the_end(reach, text.code_points());
}

[[gnu::noinline, gnu::cold]] Result<void> too_long() {
  return Error{kErrOperationNotApplied,
               "The text would become longer than " + std::to_string(Rope::kBytesMax) + " bytes"};
}

// One insert or delete. REQUIRES: the splice is no retain.
Result<void> apply_splice(Rope& text, std::uint64_t position, const Component& splice) {
  if (splice.kind == Kind::kInsert) {
    if (position > text.code_points()) return too_far(position, text);
    if (splice.text.size() > Rope::kBytesMax - text.bytes()) return too_long();
    text.insert(position, splice.text);
  } else {
    const std::uint64_t end = position + splice.length;
    if (end > text.code_points()) return too_far(end, text);
    text.erase(position, splice.length);
  }
  return {};
}

Result<void> apply_any(Rope& text, const Operation& operation) {
  const std::uint64_t reach = operation.input_length();
  if (reach > text.code_points()) return too_far(reach, text);
  if (operation.inserted_bytes() > Rope::kBytesMax - text.bytes()) return too_long();
  for_each_edit(
      operation,
      [&text](std::uint64_t position, const Component& inserted) {
        text.insert(position, inserted.text);
      },
      [&text](std::uint64_t position, const Component& removed) {
        text.erase(position, removed.length);
      });
  return {};
}

}  // namespace

Result<void> apply(Rope& text, const Operation& operation) {
  // Nearly every operation is one splice, which needs no loops and no look ahead: where it does not
  // fit, nothing was changed before it. That halves the time of typing.
  auto component = operation.begin();
  if (operation.size() == 1) return apply_splice(text, 0, *component);
  if (operation.size() == 2 && (*component).kind == Kind::kRetain) {
    const std::uint64_t position = (*component).length;
    return apply_splice(text, position, *++component);
  }
  return apply_any(text, operation);
}

}  // namespace cowrite::ot
