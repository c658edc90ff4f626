#include "tools/load/client/replica.h"

#include <utility>

#include "ot/apply.h"
#include "ot/base/check.h"
#include "ot/compose.h"
#include "ot/transform.h"

namespace cowrite::load {
namespace {

// Rewrites each to follow the other. What commits later, here ours, stands left.
void cross(std::optional<ot::Operation>& ours, ot::Operation& theirs) {
  if (!ours) return;
  const ot::Operation before = *std::exchange(ours, ot::transform(*ours, theirs, ot::Side::kLeft));
  theirs = ot::transform(theirs, before, ot::Side::kRight);
}

}  // namespace

void Replica::restore(std::uint64_t version, std::string_view text) {
  version_ = version;
  text_ = ot::Rope(text);
}

void Replica::edit(const ot::Operation& operation) {
  CHECK(ot::apply(text_, operation));
  pending_ = pending_ ? ot::compose(*pending_, operation) : operation;
}

const ot::Operation& Replica::put_in_flight() {
  CHECK(pending_ && !in_flight_);
  in_flight_ = std::exchange(pending_, std::nullopt);
  return *in_flight_;
}

void Replica::acknowledge() {
  CHECK(in_flight_);
  in_flight_.reset();
  ++version_;
}

std::optional<ot::Operation> Replica::receive(ot::Operation operation) {
  // Checked first, since transform() takes for granted that both fit.
  const std::uint64_t reach = operation.input_length();
  if (quiet() && reach > text_.code_points()) return std::nullopt;
  cross(in_flight_, operation);
  cross(pending_, operation);
  if (!ot::apply(text_, operation)) return std::nullopt;
  ++version_;
  return operation;
}

}  // namespace cowrite::load
