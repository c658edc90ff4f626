// Operation: one edit of a text, a list of components that is walked over the old text.
//
//     retain n       keep the next n code points
//     insert "s"     put s here
//     delete n       drop the next n code points; may carry the dropped text, which only invert() reads
//
// All lengths are Unicode code points; texts are valid UTF-8. What the components do not reach is kept.
//
// A valid operation (ot-text-unicode's checkOp) has no empty component, no two retains in a row and no trailing
// retain. It is in normal form if moreover no two inserts and no two deletes stand in a row. Everything that this
// library makes is in normal form; what is received is kept as it came, because transform() of an operation that
// is not in normal form differs from transform() of its normal form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ot/result.h"

namespace cowrite::ot {

enum class Kind : std::uint8_t { kRetain, kInsert, kDelete };

// One component as seen when walking an operation; the text is borrowed from the operation.
struct Component {
  Kind kind = Kind::kRetain;
  std::uint64_t length = 0;    // Code points.
  std::string_view text = {};  // Of an insert; of a delete the dropped text where it is known, else empty.

  friend bool operator==(const Component&, const Component&) = default;
};

// No length in an operation, nor their sum, may reach this: sums of many operations' lengths then fit 64 bits.
inline constexpr std::uint64_t kLengthMax = std::uint64_t{1} << 40;

inline constexpr std::string_view kErrOperationInvalid = "ERR_OT_OP_BADLY_FORMED";
inline constexpr std::string_view kErrOperationNotApplied = "ERR_OT_OP_NOT_APPLIED";

class Operation {
 public:
  Operation() = default;  // Keeps everything: [].

  // Components as received, checked but not merged. Fails with kErrOperationInvalid.
  [[nodiscard]] static Result<Operation> from_components(std::span<const Component> components);

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const;  // Number of components.
  [[nodiscard]] Component operator[](std::size_t index) const;

  // Code points of the shortest text that it can be applied to: the sum of its retains and deletes.
  [[nodiscard]] std::uint64_t input_length() const;
  // Bytes of all inserted text.
  [[nodiscard]] std::size_t inserted_bytes() const;

  friend bool operator==(const Operation&, const Operation&);
};

// Builds an operation in normal form: drops what is empty, merges neighbours of a kind, cuts a trailing retain.
class OperationBuilder {
 public:
  OperationBuilder& retain(std::uint64_t code_points);
  OperationBuilder& insert(std::string_view text);
  OperationBuilder& erase(std::uint64_t code_points);
  OperationBuilder& erase_text(std::string_view text);
  [[nodiscard]] Operation build() &&;
};

}  // namespace cowrite::ot
