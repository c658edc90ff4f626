// The algebra on operations that came through the door: apply, normalize, transform, compose,
// invert, positions and the rebase composition, each by its law.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "ot/base/check.h"
#include "ot/compose.h"
#include "ot/invert.h"
#include "ot/normalize.h"
#include "ot/operation.h"
#include "ot/position.h"
#include "ot/rebase_composition.h"
#include "ot/rope/rope.h"
#include "ot/transform.h"
#include "tests/fuzz/input.h"
#include "tests/ot/samples.h"

namespace {

using namespace cowrite::ot;  // NOLINT(google-build-using-namespace): all of it is under test.
using cowrite::fuzz::Input;

// Applied to a rope; also, that is what it makes of a plain string.
std::string after(const std::string& text, const Operation& operation) {
  std::string made = rope_apply(text, operation);
  CHECK(made == plain_apply(text, operation));
  return made;
}

Operation without_delete_texts(const Operation& operation) {
  OperationBuilder builder;
  for (const Component& component : operation) {
    const bool deletes = component.kind == Kind::kDelete;
    builder.append(deletes ? Component{Kind::kDelete, component.length, {}} : component);
  }
  return std::move(builder).build();
}

void check_one(const std::string& text, const Operation& a, std::uint64_t position) {
  const Operation normal = normalize(a);
  CHECK(normalize(normal) == normal);
  CHECK(after(text, normal) == after(text, a));
  const Operation inverse = invert(without_delete_texts(a), Rope(text)).value();
  CHECK(after(after(text, a), inverse) == text);
  CHECK(invert(inverse).has_value());
  const std::size_t length = to_code_points(after(text, a)).size();
  for (const Origin origin : {Origin::kOwn, Origin::kOther}) {
    CHECK(transform_position(position, a, origin) <= length);
  }
}

// REQUIRES: both are in normal form; of others a transform does not always converge.
void check_converges(const std::string& text, const Operation& a, const Operation& b) {
  for (const Side side : {Side::kLeft, Side::kRight}) {
    const Side opposite = side == Side::kLeft ? Side::kRight : Side::kLeft;
    CHECK(after(after(text, a), transform(b, a, side)) ==
          after(after(text, b), transform(a, b, opposite)));
  }
}

// `second` follows `first`; `late` was made before both.
void check_in_a_row(const std::string& text, const Operation& first, const Operation& second,
                    const Operation& late) {
  CHECK(after(text, compose(first, second)) == after(after(text, first), second));
  Shape one;
  Shape two;
  Shape both;
  append_shape(first, one);
  append_shape(second, two);
  rebase_compose(one, two, both);
  const Operation step = transform(late, first, Side::kLeft);
  CHECK(transform(late, one) == step);
  CHECK(transform(late, both) == transform(step, second, Side::kLeft));
  CHECK(transform(late, both, make_landmarks(both)) == transform(late, both));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::string text = input.text(input.below(64));
  const std::size_t length = to_code_points(text).size();
  const auto a = Operation::from_components(input.components(length));
  const auto b = Operation::from_components(input.components(length));
  if (!a.has_value() || !b.has_value()) return 0;
  check_one(text, *a, input.below(length + 1));
  check_converges(text, normalize(*a), normalize(*b));
  const std::string after_a = after(text, *a);
  const auto c = Operation::from_components(input.components(to_code_points(after_a).size()));
  if (c.has_value()) check_in_a_row(text, *a, *c, without_delete_texts(*b));
  return 0;
}
