#include "ot/rebase_composition.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "ot/transform_walk.h"

namespace cowrite::ot {

namespace {

// Reads a shape in pieces; beyond its end all is kept.
struct ShapeCursor {
  explicit ShapeCursor(ShapeView shape) : next(shape.data()), end(next + shape.size()) { load(); }

  [[nodiscard]] bool at_end() const { return next == end; }

  // The rest of the component. REQUIRES: !at_end().
  std::uint64_t take() {
    const std::uint64_t taken = length;
    ++next;
    load();
    return taken;
  }
  // At most `count` code points of it; of the endless retain, all.
  std::uint64_t take(std::uint64_t count) {
    if (at_end()) return count;
    if (length <= count) return take();
    length -= count;
    return count;
  }
  void load() {
    kind = at_end() ? Kind::kRetain : next->kind();
    length = at_end() ? 0 : next->length();
  }

  const ShapeComponent* next;
  const ShapeComponent* end;
  Kind kind = Kind::kRetain;  // Of the component at `next`, and what is left of it.
  std::uint64_t length = 0;
};

// Writes a shape where there is room for it. Neighbours of a kind become one, which is written when
// another follows.
class ShapeWriter {
 public:
  explicit ShapeWriter(ShapeComponent* out) : out_(out) {}

  void append(Kind kind, std::uint64_t length) {
    if (kind != kind_) {
      flush();
      kind_ = kind;
    }
    length_ += length;
  }

  // Leaves out a trailing retain, and says where the shape ends.
  ShapeComponent* finish() {
    if (kind_ != Kind::kRetain) flush();
    return out_;
  }

 private:
  void flush() {
    for (; length_ > ShapeComponent::kLengthMax; length_ -= ShapeComponent::kLengthMax) {
      *out_++ = ShapeComponent(kind_, ShapeComponent::kLengthMax);
    }
    if (length_ > 0) *out_++ = ShapeComponent(kind_, length_);
    length_ = 0;
  }

  ShapeComponent* out_;
  Kind kind_ = Kind::kRetain;
  std::uint64_t length_ = 0;
};

// `one` if it is chosen, else `other`, without a branch.
std::uint64_t pick(bool chosen, std::uint64_t one, std::uint64_t other) {
  return other ^ ((one ^ other) & -std::uint64_t{chosen});
}
ShapeComponent pick(bool chosen, ShapeComponent one, ShapeComponent other) {
  return std::bit_cast<ShapeComponent>(static_cast<std::uint32_t>(
      pick(chosen, std::bit_cast<std::uint32_t>(one), std::bit_cast<std::uint32_t>(other))));
}

// Passes what both keep, and then what one of them inserts or deletes, as long as the other keeps
// more than that touches. Scattered edits are nearly all like this; which of the two comes next
// cannot be predicted, so there are no branches on it, which halves the time.
[[gnu::always_inline]] inline void compose_apart(ShapeCursor& first, ShapeCursor& second,
                                                 ShapeWriter& result) {
  while (first.kind == Kind::kRetain && second.kind == Kind::kRetain &&
         first.end - first.next > 2 && second.end - second.next > 2) {
    const bool first_ends = first.length < second.length;
    const std::uint64_t kept = pick(first_ends, first.length, second.length);
    const std::uint64_t more = pick(first_ends, second.length, first.length) - kept;
    const ShapeComponent edit = pick(first_ends, first.next[1], second.next[1]);
    const ShapeComponent then = pick(first_ends, first.next[2], second.next[2]);
    // The second keeps what the first inserts, and drops what the first keeps.
    const bool touches = (edit.kind() == Kind::kInsert) == first_ends;
    const std::uint64_t touched = pick(touches, edit.length(), 0);
    if (more <= touched || edit.kind() == Kind::kRetain || then.kind() != Kind::kRetain) return;
    result.append(Kind::kRetain, kept);
    result.append(edit.kind(), edit.length());
    first.next += 2 * static_cast<std::ptrdiff_t>(first_ends);
    second.next += 2 * static_cast<std::ptrdiff_t>(!first_ends);
    first.length = pick(first_ends, then.length(), more - touched);
    second.length = pick(first_ends, more - touched, then.length());
  }
}

// One piece of the second operation, over what the first made.
[[gnu::always_inline]] inline void compose_piece(ShapeCursor& first, ShapeCursor& second,
                                                 ShapeWriter& result) {
  while (first.kind == Kind::kDelete) result.append(Kind::kDelete, first.take());
  if (second.kind == Kind::kInsert) {
    result.append(Kind::kInsert, second.take());
    return;
  }
  const Kind made = first.kind;
  const std::uint64_t length = first.take(second.length);
  if (second.kind == Kind::kRetain) {
    result.append(made, length);
  } else if (made == Kind::kRetain) {
    result.append(Kind::kDelete, length);
  }
  (void)second.take(length);
}

// The last landmark that the operation keeps everything up to and more, so that nothing of it
// happens before; `at` if there is none.
std::size_t last_landmark_within(std::span<const Landmark> landmarks, std::size_t at,
                                 std::uint64_t kept) {
  const std::uint64_t end = landmarks[at].before + kept;
  const auto beyond =
      std::partition_point(landmarks.begin() + static_cast<std::ptrdiff_t>(at) + 1, landmarks.end(),
                           [end](const Landmark& landmark) { return landmark.before < end; });
  return static_cast<std::size_t>(beyond - landmarks.begin()) - 1;
}

}  // namespace

void rebase_compose(ShapeView first, ShapeView second, Shape& out) {
  // Every piece ends where a component of one of them does.
  const std::size_t begin = out.size();
  out.resize(begin + first.size() + second.size());
  ShapeWriter result(out.data() + begin);
  ShapeCursor made(first);
  ShapeCursor next(second);
  while (!next.at_end()) {
    compose_apart(made, next, result);
    compose_piece(made, next, result);
  }
  while (!made.at_end()) {
    const Kind kind = made.kind;
    result.append(kind, made.take());
  }
  out.resize(static_cast<std::size_t>(result.finish() - out.data()));
}

std::vector<Landmark> make_landmarks(ShapeView shape) {
  std::vector<Landmark> landmarks;
  landmarks.reserve(shape.size() / kLandmarkStride + 1);
  Landmark reached;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i % kLandmarkStride == 0) landmarks.push_back(reached);
    if (shape[i].kind() != Kind::kInsert) reached.before += shape[i].length();
    if (shape[i].kind() != Kind::kDelete) reached.after += shape[i].length();
  }
  return landmarks;
}

Operation transform(const Operation& operation, ShapeView other,
                    std::span<const Landmark> landmarks) {
  Operation made;
  OperationWriter result(made);
  ComponentCursor mine(operation);
  // Once this operation is at its end, all that could follow is a trailing retain.
  for (std::size_t next = 0; next < other.size() && !mine.at_end(); ++next) {
    if (next % kLandmarkStride == 0 && !landmarks.empty() && mine.kind() == Kind::kRetain) {
      const std::size_t here = next / kLandmarkStride;
      const std::size_t there = last_landmark_within(landmarks, here, mine.length());
      if (there > here) {
        (void)mine.take(landmarks[there].before - landmarks[here].before);
        result.retain(landmarks[there].after - landmarks[here].after);
        next = there * kLandmarkStride;
      }
    }
    const ShapeComponent theirs = other[next];
    pass(mine, theirs.kind(), theirs.length(), Side::kLeft, result);
  }
  while (!mine.at_end()) result.append(mine.take());
  return made;
}

}  // namespace cowrite::ot
