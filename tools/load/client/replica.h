// Replica: one text as ShareDB's client keeps it (its Doc). Edits are applied at once; one
// operation is in flight, and what is typed meanwhile is composed to one that is pending. What
// others did is transformed over both, and both over it.
//
// A plain object: no connection, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ot/operation.h"
#include "ot/rope/rope.h"

namespace cowrite::load {

class Replica {
 public:
  // Begins with the text at a version.
  void restore(std::uint64_t version, std::string_view text);

  [[nodiscard]] const ot::Rope& text() const { return text_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] const std::optional<ot::Operation>& in_flight() const { return in_flight_; }
  [[nodiscard]] bool has_pending() const { return pending_.has_value(); }
  [[nodiscard]] bool quiet() const { return !in_flight_ && !pending_; }

  // REQUIRES: the operation fits text().
  void edit(const ot::Operation& operation);
  // What is pending is in flight now. REQUIRES: has_pending(), and nothing is in flight.
  const ot::Operation& put_in_flight();
  // What is in flight is record version() now. REQUIRES: something is in flight.
  void acknowledge();
  // Somebody else's operation is record version() now. Returns it as it changed text(), or nothing
  // if it does not fit.
  [[nodiscard]] std::optional<ot::Operation> receive(ot::Operation operation);

 private:
  std::uint64_t version_ = 0;
  ot::Rope text_;
  std::optional<ot::Operation> in_flight_;
  std::optional<ot::Operation> pending_;
};

}  // namespace cowrite::load
