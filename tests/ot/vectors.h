// Checks cases that npm ot-text-unicode has answered; tools/vectors/make_vectors.js describes their
// fields.
#pragma once

#include <nlohmann/json.hpp>

namespace cowrite::ot {

// Fails the running test where this library answers otherwise, with the case. Fields that are not
// there are not checked.
void expect_vector(const nlohmann::json& vector);

}  // namespace cowrite::ot
