#include "tests/ot/notation.h"

#include <charconv>

#include "ot/base/check.h"
#include "ot/base/utf8.h"

namespace cowrite::ot {

namespace {

Component take_component(std::string_view& rest) {
  Component component;
  if (rest[0] == '-') {
    component.kind = Kind::kDelete;
    rest.remove_prefix(1);
  }
  if (rest[0] == '\'') {
    if (component.kind == Kind::kRetain) component.kind = Kind::kInsert;
    const std::size_t end = rest.find('\'', 1);
    CHECK(end != std::string_view::npos);
    component.text = rest.substr(1, end - 1);
    component.length = utf8::count_code_points(component.text);
    rest.remove_prefix(end + 1);
    return component;
  }
  const auto [end, error] =
      std::from_chars(rest.data(), rest.data() + rest.size(), component.length);
  CHECK(error == std::errc());
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return component;
}

}  // namespace

std::vector<Component> components(std::string_view notation) {
  std::vector<Component> found;
  while (!notation.empty()) {
    if (notation[0] == ' ') {
      notation.remove_prefix(1);
    } else {
      found.push_back(take_component(notation));
    }
  }
  return found;
}

Operation op(std::string_view notation) {
  Result<Operation> operation = Operation::from_components(components(notation));
  CHECK(operation.has_value());
  return std::move(operation).value();
}

std::string to_notation(const Operation& operation) {
  std::string notation;
  for (const Component& component : operation) {
    if (!notation.empty()) notation += ' ';
    if (component.kind == Kind::kDelete) notation += '-';
    if (component.text.empty()) {
      notation += std::to_string(component.length);
    } else {
      notation.append("'").append(component.text).append("'");
    }
  }
  return notation;
}

void PrintTo(const Operation& operation, std::ostream* out) {
  *out << '"' << to_notation(operation) << '"';
}

bool is_normal(const Operation& operation) {
  Component last{Kind::kInsert, 1, {}};
  bool is_first = true;
  for (const Component& component : operation) {
    if (component.length == 0 || (!is_first && component.kind == last.kind)) return false;
    last = component;
    is_first = false;
  }
  return last.kind != Kind::kRetain;
}

}  // namespace cowrite::ot
