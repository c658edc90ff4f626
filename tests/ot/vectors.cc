#include "tests/ot/vectors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "ot/compose.h"
#include "ot/invert.h"
#include "ot/normalize.h"
#include "ot/position.h"
#include "ot/transform.h"
#include "tests/ot/json_operation.h"
#include "tests/ot/notation.h"
#include "tests/ot/samples.h"

namespace cowrite::ot {

namespace {

void expect_operation(const nlohmann::json& vector, const char* field, const Operation& actual) {
  if (!vector.contains(field)) return;
  EXPECT_EQ(to_json(actual), vector.at(field).dump()) << field;
}

void expect_text(const nlohmann::json& vector, const char* field, const std::string& actual) {
  if (!vector.contains(field)) return;
  EXPECT_EQ(actual, vector.at(field).get<std::string>()) << field;
}

void expect_inverses(const nlohmann::json& vector, const std::string& doc, const Operation& a) {
  expect_operation(vector, "inv", invert(a, Rope(doc)).value());
  if (!vector.contains("iop")) return;
  const Result<Operation> inverse = invert(a);
  EXPECT_EQ(inverse.has_value(), !vector.at("iop").is_null());
  if (inverse) expect_operation(vector, "iop", *inverse);
}

}  // namespace

void expect_vector(const nlohmann::json& vector) {
  SCOPED_TRACE(vector.dump());
  const auto doc = vector.at("doc").get<std::string>();
  const Operation a = operation_from_json(vector.at("a")).value();
  const Operation b = operation_from_json(vector.at("b")).value();
  const Operation c = operation_from_json(vector.at("c")).value();
  const std::string after_a = rope_apply(doc, a);
  expect_text(vector, "da", after_a);
  expect_operation(vector, "al", transform(a, b, Side::kLeft));
  expect_operation(vector, "ar", transform(a, b, Side::kRight));
  expect_operation(vector, "bl", transform(b, a, Side::kLeft));
  expect_operation(vector, "br", transform(b, a, Side::kRight));
  expect_operation(vector, "ac", compose(a, c));
  expect_operation(vector, "n", normalize(a));
  expect_text(vector, "dab", rope_apply(after_a, transform(b, a, Side::kRight)));
  EXPECT_EQ(transform_position(vector.at("p").get<std::uint64_t>(), a, Origin::kOther),
            vector.at("pa").get<std::uint64_t>());
  expect_inverses(vector, doc, a);
}

}  // namespace cowrite::ot
