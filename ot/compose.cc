#include "ot/compose.h"

#include <cstdint>
#include <string_view>

#include "ot/component_cursor.h"
#include "ot/splice.h"

namespace cowrite::ot {

namespace {

// The second operation keeps `length` code points of what the first made.
void walk_retain(ComponentCursor& first, std::uint64_t length, OperationWriter& result) {
  while (length > 0) {
    if (first.kind() == Kind::kDelete) {
      result.append(first.take());
      continue;
    }
    const Component part = first.take(length);
    result.append(part);
    length -= part.length;
  }
}

// The second operation drops `removed` from what the first made: an insert of the first vanishes,
// text that it kept is dropped from the old text.
void walk_delete(ComponentCursor& first, const Component& removed, OperationWriter& result) {
  std::uint64_t length = removed.length;
  std::string_view text = removed.text;
  while (length > 0) {
    if (first.kind() == Kind::kDelete) {
      result.append(first.take());
      continue;
    }
    const Component part = first.take(length);
    const std::string_view part_text =
        text.substr(0, text.empty() ? 0 : utf8::byte_offset(text, part.length));
    if (part.kind == Kind::kRetain) result.append({Kind::kDelete, part.length, part_text});
    text.remove_prefix(part_text.size());
    length -= part.length;
  }
}

Operation compose_any(const Operation& first, const Operation& second) {
  Operation made;
  OperationWriter result(made);
  ComponentCursor rest(first);
  for (const Component& component : second) {
    switch (component.kind) {
      case Kind::kRetain:
        walk_retain(rest, component.length, result);
        break;
      case Kind::kInsert:
        result.append(component);
        break;
      case Kind::kDelete:
        walk_delete(rest, component, result);
        break;
    }
  }
  while (!rest.at_end()) result.append(rest.take());
  return made;
}

}  // namespace

Operation compose(const Operation& first, const Operation& second) {
  if (first.is_splice() && second.is_splice()) {
    const Splice earlier(first);
    const Splice later(second);
    if (later.begin() > earlier.end_after()) {
      return Splice::side_by_side(first, later.begin() - earlier.end_after(), second);
    }
    if (later.end_before() < earlier.begin()) {
      return Splice::side_by_side(second, earlier.begin() - later.end_before(), first);
    }
  }
  return compose_any(first, second);
}

}  // namespace cowrite::ot
