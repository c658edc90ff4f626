#include "ot/apply.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "ot/edits.h"
#include "ot/splice.h"

namespace cowrite::ot {

namespace {

[[gnu::noinline, gnu::cold]] Result<void> too_far(std::uint64_t reach, const Rope& text) {
  return past_the_end(reach, text.code_points());
}

[[gnu::noinline, gnu::cold]] Result<void> too_long() {
  return Error{kErrOperationNotApplied,
               "The text would become longer than " + std::to_string(Rope::kBytesMax) + " bytes"};
}

// One insert or delete: where it does not fit, nothing was changed before it.
Result<void> apply_splice(Rope& text, const Operation& operation) {
  const std::uint64_t position = Splice(operation).begin();
  const Component edit = Splice::edit(operation);
  if (edit.kind == Kind::kInsert) {
    if (position > text.code_points()) return too_far(position, text);
    if (edit.text.size() > Rope::kBytesMax - text.bytes()) return too_long();
    text.insert(position, edit.text);
  } else {
    const std::uint64_t end = position + edit.length;
    if (end > text.code_points()) return too_far(end, text);
    text.erase(position, edit.length);
  }
  return {};
}

// Never inlined: apply() is short without it.
[[gnu::noinline]] Result<void> apply_any(Rope& text, const Operation& operation) {
  if (operation.is_splice()) return apply_splice(text, operation);
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

// Whether the operation was one keystroke next to the last one, and that is done.
[[gnu::always_inline]] inline bool apply_keystroke(Rope& text, const Operation& operation) {
  if (!operation.is_splice()) return false;
  const Splice splice(operation);
  if (splice.removes() == 0) return text.type(splice.begin(), Splice::inserted(operation));
  return splice.removes() == 1 && text.take(splice.begin());
}

}  // namespace

Result<void> apply(Rope& text, const Operation& operation) {
  if (apply_keystroke(text, operation)) return {};
  return apply_any(text, operation);
}

}  // namespace cowrite::ot
