#include "ot/operation.h"

#include <utility>

#include "ot/base/utf8.h"
#include "ot/operation_receiver.h"

namespace cowrite::ot {

Result<Operation> Operation::from_components(std::span<const Component> components) {
  OperationReceiver receiver;
  for (const Component& component : components) {
    if (Result<void> added = receiver.add(component); !added) return added.error();
  }
  return std::move(receiver).finish();
}

Component Operation::operator[](std::size_t index) const {
  const Packed packed = components_[index];
  if (!packed.has_text()) return {packed.kind(), packed.length(), {}};
  std::size_t text_begin = 0;
  for (std::size_t before = index; before > 0; --before) {
    if (!components_[before - 1].has_text()) continue;
    text_begin = components_[before - 1].text_end();
    break;
  }
  return {
      packed.kind(), packed.length(), {text_.data() + text_begin, packed.text_end() - text_begin}};
}

std::uint64_t Operation::input_length() const {
  std::uint64_t length = 0;
  for (const Component& component : *this) {
    if (component.kind != Kind::kInsert) length += component.length;
  }
  return length;
}

std::size_t Operation::inserted_bytes() const {
  std::size_t bytes = 0;
  for (const Component& component : *this) {
    if (component.kind == Kind::kInsert) bytes += component.text.size();
  }
  return bytes;
}

OperationBuilder& OperationBuilder::insert(std::string_view text) {
  return append({Kind::kInsert, utf8::count_code_points(text), text});
}

OperationBuilder& OperationBuilder::erase_text(std::string_view text) {
  return append({Kind::kDelete, utf8::count_code_points(text), text});
}

void OperationWriter::extend_last(std::uint64_t length, std::string_view text) {
  Operation::Packed& last = out_.components_.back();
  const Kind kind = last.kind();
  length += last.length();
  if (last.has_text() && !text.empty()) {
    CHECK(text.size() < kOperationTextMax - out_.text_.size());
    out_.text_.append(text.data(), text.size());
    last = Operation::Packed::with_text(kind, length, out_.text_.size());
    return;
  }
  // Two deletes of which one has no text: the text of the other is forgotten.
  if (last.has_text()) out_.text_.truncate(last.text_end() - out_[out_.size() - 1].text.size());
  last = Operation::Packed::without_text(kind, length);
}

}  // namespace cowrite::ot
