#include "tests/replay/vectors.h"

#include <cstdint>
#include <utility>

#include "ot/apply.h"
#include "ot/compose.h"
#include "ot/invert.h"
#include "ot/normalize.h"
#include "ot/position.h"
#include "ot/transform.h"
#include "server/protocol/operation_json.h"

namespace cowrite::replay {

namespace {

using ot::Operation;
using ot::Rope;
using ot::Side;
using protocol::JsonValue;
using protocol::read_operation;
using protocol::to_json;

// Compares answers with the fields of one case.
class Comparison {
 public:
  explicit Comparison(JsonValue vector) : vector_(vector) {}

  void operation(const char* field, const Operation& actual) { json(field, to_json(actual)); }
  void text(const char* field, const std::string& actual) {
    json(field, protocol::JsonWriter().text(actual).take());
  }
  void json(const char* field, const std::string& actual) {
    if (!vector_.has(field)) return;
    const std::string expected = vector_[field].to_json();
    if (actual != expected) {
      differences_.push_back(std::string(field) + " is " + actual + ", should be " + expected);
    }
  }

  [[nodiscard]] std::vector<std::string> differences() && { return std::move(differences_); }

 private:
  const JsonValue vector_;
  std::vector<std::string> differences_;
};

std::string text_after(const std::string& text, const Operation& operation) {
  Rope rope(text);
  const Result<void> applied = ot::apply(rope, operation);
  return applied ? rope.to_string() : applied.error().message;
}

}  // namespace

Result<VectorInput> vector_input(JsonValue vector) {
  if (!vector["doc"].is_string() || !vector["p"].is_unsigned()) {
    return Error{ot::kErrOperationInvalid, "a case has a text \"doc\" and a position \"p\""};
  }
  VectorInput input{std::string(vector["doc"].string()), {}, {}, {}};
  for (const auto& [field, operation] :
       {std::pair("a", &input.a), std::pair("b", &input.b), std::pair("c", &input.c)}) {
    Result<Operation> read = read_operation(vector[field]);
    if (!read) return read.error();
    *operation = *std::move(read);
  }
  return input;
}

std::vector<std::string> vector_differences(const VectorInput& input, JsonValue vector) {
  const auto& [doc, a, b, c] = input;
  Comparison comparison(vector);
  const Operation b_after_a = ot::transform(b, a, Side::kRight);
  comparison.operation("al", ot::transform(a, b, Side::kLeft));
  comparison.operation("ar", ot::transform(a, b, Side::kRight));
  comparison.operation("bl", ot::transform(b, a, Side::kLeft));
  comparison.operation("br", b_after_a);
  comparison.operation("ac", ot::compose(a, c));
  comparison.operation("n", ot::normalize(a));
  const std::string after_a = text_after(doc, a);
  comparison.text("da", after_a);
  comparison.text("dab", text_after(after_a, b_after_a));
  const std::uint64_t position = vector["p"].integer();
  comparison.json("pa", std::to_string(ot::transform_position(position, a, ot::Origin::kOther)));
  if (const Result<Operation> inverse = ot::invert(a, Rope(doc)); inverse) {
    comparison.operation("inv", *inverse);
  } else {
    comparison.json("inv", inverse.error().message);
  }
  const Result<Operation> inverse_alone = ot::invert(a);
  comparison.json("iop", inverse_alone ? to_json(*inverse_alone) : "null");
  return std::move(comparison).differences();
}

}  // namespace cowrite::replay
