#include "ot/operation_receiver.h"

#include <string>
#include <utility>

#include "ot/base/utf8.h"

namespace cowrite::ot {

namespace {

Error invalid(std::size_t index, const char* reason) {
  return {kErrOperationInvalid, "Operation component " + std::to_string(index) + ": " + reason};
}

}  // namespace

Result<void> OperationReceiver::add(const Component& component) {
  const std::size_t index = operation_.size();
  Component checked = component;
  if (!component.text.empty()) {
    if (component.kind == Kind::kRetain) return invalid(index, "a retain has no text");
    if (component.text.size() >= kOperationTextMax - operation_.text_.size()) {
      return invalid(index, "too much text");
    }
    if (!utf8::is_valid(component.text)) return invalid(index, "the text is not valid UTF-8");
    checked.length = utf8::count_code_points(component.text);
  } else if (component.kind == Kind::kInsert) {
    return invalid(index, "an insert must not be empty");
  }
  if (checked.length == 0) return invalid(index, "retains and deletes must be longer than 0");
  if (checked.length >= kLengthMax - length_) {
    return invalid(index, "the lengths add up to too much");
  }
  if (component.kind == Kind::kRetain && ends_with_retain()) {
    return invalid(index, "two retains in a row");
  }
  length_ += checked.length;
  operation_.push(checked);
  return {};
}

Result<Operation> OperationReceiver::finish() && {
  if (ends_with_retain()) return invalid(operation_.size() - 1, "a retain at the end");
  // It may wait for long, and was taken in without knowing how long it is.
  operation_.components_.shrink_to_fit();
  operation_.text_.shrink_to_fit();
  return std::move(operation_);
}

bool OperationReceiver::ends_with_retain() const {
  return !operation_.empty() &&
         operation_.components_[operation_.size() - 1].kind() == Kind::kRetain;
}

}  // namespace cowrite::ot
