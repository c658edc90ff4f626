// Operation: one edit of a text, a list of components that is walked over the old text.
//
//     retain n       keep the next n code points
//     insert "s"     put s here
//     delete n       drop the next n code points; may carry the dropped text, which only invert()
//     reads
//
// All lengths are Unicode code points; texts are valid UTF-8. What the components do not reach is
// kept.
//
// A valid operation (ot-text-unicode's checkOp) has no empty component, no two retains in a row and
// no trailing retain. It is in normal form if moreover no two inserts and no two deletes stand in a
// row. Everything that this library makes is in normal form; what is received is kept as it came,
// because transform() of an operation that is not in normal form differs from transform() of its
// normal form.
//
// A value like any other: const operations may be read on many threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "ot/base/check.h"
#include "ot/base/result.h"
#include "ot/base/small_array.h"

namespace cowrite::ot {

enum class Kind : std::uint8_t { kRetain, kInsert, kDelete };

// One component as seen when walking an operation; the text is borrowed from the operation.
struct Component {
  Kind kind = Kind::kRetain;
  std::uint64_t length = 0;  // Code points.
  // Of an insert; of a delete the dropped text where it is known. Else empty.
  std::string_view text = {};

  friend bool operator==(const Component&, const Component&) = default;
};

// No length in a received operation, nor their sum, may reach this: sums of many operations'
// lengths then fit 62 bits.
inline constexpr std::uint64_t kLengthMax = std::uint64_t{1} << 40;

// The texts of one operation are together shorter than this many bytes.
inline constexpr std::size_t kOperationTextMax = std::size_t{1} << 31;

inline constexpr std::string_view kErrOperationInvalid = "ERR_OT_OP_BADLY_FORMED";
inline constexpr std::string_view kErrOperationNotApplied = "ERR_OT_OP_NOT_APPLIED";
inline constexpr std::string_view kErrOperationNotInvertible = "ERR_OT_OP_NOT_INVERTIBLE";

class Operation {
 public:
  class Iterator;

  Operation() = default;  // Keeps everything: [].

  // Components as received, checked but not merged. Of a component with text the length is counted,
  // not read. Fails with kErrOperationInvalid, also if a text is not valid UTF-8.
  [[nodiscard]] static Result<Operation> from_components(std::span<const Component> components);

  [[nodiscard]] bool empty() const { return components_.empty(); }
  [[nodiscard]] std::size_t size() const { return components_.size(); }  // Number of components.

  // Whether it is one insert or delete, maybe after a retain, as nearly every operation is. See
  // splice.h.
  [[nodiscard]] bool is_splice() const {
    return size() == 1 || (size() == 2 && components_[0].is_retain());
  }

  // for (const Component& component : operation) ...
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;

  // REQUIRES: index < size(). Looks back to the nearest earlier component with text: a loop over
  // all costs O(size()).
  [[nodiscard]] Component operator[](std::size_t index) const;

  // Code points of the shortest text that it can be applied to: the sum of its retains and deletes.
  [[nodiscard]] std::uint64_t input_length() const;
  // What it takes in memory beside itself.
  [[nodiscard]] std::size_t heap_bytes() const {
    return components_.heap_bytes() + text_.heap_bytes();
  }
  // Bytes of all inserted text.
  [[nodiscard]] std::size_t inserted_bytes() const;

  friend bool operator==(const Operation&, const Operation&) = default;

 private:
  friend class OperationWriter;
  friend class Splice;
  friend class OperationReceiver;

  // A component in eight bytes. The texts stand one after the other in text_, so a component with
  // text needs to know only where its own ends. Deletes with and without text differ here, which
  // `Kind` leaves to Component::text.
  class Packed {
   public:
    static Packed without_text(Kind kind, std::uint64_t length) {
      CHECK(length < std::uint64_t{1} << 62U);
      return Packed((length << 2U) | static_cast<std::uint64_t>(kind));
    }
    static Packed with_text(Kind kind, std::uint64_t length, std::size_t text_end) {
      return Packed((std::uint64_t{text_end} << 33U) | (length << 2U) |
                    static_cast<std::uint64_t>(kind) | 1U);
    }

    Packed() = default;
    [[nodiscard]] Kind kind() const {
      const std::uint64_t low = word_ & 3U;
      return static_cast<Kind>(low & ~(low >> 1U));  // 3 is a delete with text.
    }
    [[nodiscard]] bool is_retain() const { return (word_ & 3U) == 0; }
    [[nodiscard]] bool is_insert() const { return (word_ & 3U) == 1; }
    [[nodiscard]] bool has_text() const { return (word_ & 1U) != 0; }
    [[nodiscard]] std::uint64_t length() const {
      return has_text() ? (word_ >> 2U) & (kOperationTextMax - 1) : word_ >> 2U;
    }
    // REQUIRES: is_retain().
    [[nodiscard]] std::uint64_t retained() const { return word_ >> 2U; }
    // REQUIRES: has_text().
    [[nodiscard]] std::size_t text_end() const { return static_cast<std::size_t>(word_ >> 33U); }

    friend bool operator==(const Packed&, const Packed&) = default;

   private:
    explicit Packed(std::uint64_t word) : word_(word) {}

    // From the lowest: 1 bit that there is text (an insert, Kind 1, always has), 1 bit more of the
    // Kind; then the length, in 62 bits or with text in 31, and above that the end of the text.
    std::uint64_t word_;
  };

  // Appends without merging. REQUIRES: the length is that of the text, if there is one; it fits.
  void push(const Component& component);

  // Up to four components and 16 bytes of text are one cache line and no heap memory.
  SmallArray<Packed, 4> components_;
  SmallArray<char, 16> text_;
};

// Walks the components in O(1) each. Valid until the operation changes.
class Operation::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Component;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = Component;

  Component operator*() const {
    const Packed packed = *next_;
    const std::size_t bytes = packed.has_text() ? packed.text_end() - text_begin_ : 0;
    return {packed.kind(), packed.length(), {text_ + text_begin_, bytes}};
  }
  Iterator& operator++() {
    if (next_->has_text()) text_begin_ = next_->text_end();
    ++next_;
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Iterator& left, const Iterator& right) {
    return left.next_ == right.next_;
  }

 private:
  friend class Operation;
  Iterator(const Packed* next, const char* text) : next_(next), text_(text) {}

  const Packed* next_;
  const char* text_;
  std::size_t text_begin_ = 0;
};

inline Operation::Iterator Operation::begin() const { return {components_.data(), text_.data()}; }
inline Operation::Iterator Operation::end() const {
  return {components_.data() + components_.size(), text_.data()};
}

// Writes an operation in normal form: leaves out empty components and merges neighbours of a kind.
// A retain is written when something follows it, so none comes to stand at the end.
//
// It writes where the operation is to be, since moving one that was just written costs as much as
// writing it: the processor must wait until its bytes are in the cache.
class OperationWriter {
 public:
  // Borrows the operation, which is empty.
  explicit OperationWriter(Operation& out) : out_(out) {}

  void retain(std::uint64_t code_points) { kept_ += code_points; }
  // REQUIRES: the component's length is that of its text, if there is one; all texts together are
  // shorter than kOperationTextMax.
  void append(const Component& component);

 private:
  void extend_last(std::uint64_t length, std::string_view text);

  Operation& out_;
  std::uint64_t kept_ = 0;  // The retain that is not written yet.
};

// Builds an operation in normal form, in one expression.
class OperationBuilder {
 public:
  OperationBuilder() = default;
  OperationBuilder(const OperationBuilder&) = delete;
  OperationBuilder& operator=(const OperationBuilder&) = delete;

  OperationBuilder& retain(std::uint64_t code_points) {
    return append({Kind::kRetain, code_points, {}});
  }
  // REQUIRES: valid UTF-8; all texts together are shorter than kOperationTextMax.
  OperationBuilder& insert(std::string_view text);
  OperationBuilder& erase(std::uint64_t code_points) {
    return append({Kind::kDelete, code_points, {}});
  }
  // As erase(), and remembers the dropped text for invert(); forgotten if a neighbouring delete has
  // none. REQUIRES: as insert().
  OperationBuilder& erase_text(std::string_view text);
  // Any of them. REQUIRES: the component's length is that of its text, if there is one.
  OperationBuilder& append(const Component& component) {
    writer_.append(component);
    return *this;
  }

  [[nodiscard]] Operation build() && { return std::move(operation_); }

 private:
  Operation operation_;
  OperationWriter writer_{operation_};
};

// Inline, and always: transform() and compose() spend their time here, and take a third longer
// where a Component goes through memory.

[[gnu::always_inline]] inline void Operation::push(const Component& component) {
  if (component.text.empty()) {
    components_.push_back(Packed::without_text(component.kind, component.length));
    return;
  }
  CHECK(component.text.size() < kOperationTextMax - text_.size());
  text_.append(component.text.data(), component.text.size());
  components_.push_back(Packed::with_text(component.kind, component.length, text_.size()));
}

[[gnu::always_inline]] inline void OperationWriter::append(const Component& component) {
  if (component.kind == Kind::kRetain) {
    kept_ += component.length;
  } else if (component.length > 0) {
    if (kept_ > 0) {
      out_.push({Kind::kRetain, kept_, {}});
      kept_ = 0;
    } else if (!out_.empty() && out_.components_.back().kind() == component.kind) {
      extend_last(component.length, component.text);
      return;
    }
    out_.push(component);
  }
}

}  // namespace cowrite::ot
