#include "ot/encoding.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "ot/base/varint.h"
#include "ot/operation_receiver.h"

namespace cowrite::ot {

namespace {

// The tags of kinds are their numbers in Kind; only a delete with text has one of its own.
constexpr std::uint64_t kTagDeleteWithText = 3;

Error malformed(const char* reason) {
  return {kErrOperationInvalid, std::string("Encoded operation: ") + reason};
}

// Takes a component from the front of `in`; its text is borrowed from there.
Result<Component> take_component(std::string_view& in) {
  const std::optional<std::uint64_t> head = take_varint(in);
  if (!head) return malformed("a component's head is cut off or not a varint");
  const std::uint64_t value = *head >> 2U;
  const std::uint64_t tag = *head & 3U;
  const Kind kind = tag == kTagDeleteWithText ? Kind::kDelete : static_cast<Kind>(tag);
  if (tag != kTagDeleteWithText && kind != Kind::kInsert) return Component{kind, value, {}};
  if (value == 0) return malformed("a text is empty");
  if (value > in.size()) return malformed("a text is cut off");
  const std::string_view text = in.substr(0, value);
  in.remove_prefix(text.size());
  return Component{kind, 0, text};
}

}  // namespace

void encode(const Operation& operation, std::string& out) {
  put_varint(operation.size(), out);
  for (const Component& component : operation) {
    const bool has_text = !component.text.empty();
    const std::uint64_t value = has_text ? component.text.size() : component.length;
    const std::uint64_t tag = component.kind == Kind::kDelete && has_text
                                  ? kTagDeleteWithText
                                  : static_cast<std::uint64_t>(component.kind);
    put_varint((value << 2U) | tag, out);
    out.append(component.text);
  }
}

Result<Operation> decode(std::string_view& in) {
  std::string_view rest = in;
  const std::optional<std::uint64_t> count = take_varint(rest);
  if (!count) return malformed("the count is cut off or not a varint");
  OperationReceiver receiver;
  for (std::uint64_t index = 0; index < *count; ++index) {
    const Result<Component> component = take_component(rest);
    if (!component) return component.error();
    if (const Result<void> added = receiver.add(*component); !added) return added.error();
  }
  Result<Operation> operation = std::move(receiver).finish();
  if (operation) in = rest;
  return operation;
}

}  // namespace cowrite::ot
