#include "ot/rebase_composition.h"

#include <algorithm>
#include <cstddef>

#include "ot/transform_walk.h"

namespace cowrite::ot {

namespace {

// Reads a shape in pieces; beyond its end all is kept.
class ShapeCursor {
 public:
  explicit ShapeCursor(ShapeView shape) : next_(shape.data()), end_(next_ + shape.size()) {
    load();
  }

  [[nodiscard]] bool at_end() const { return length_ == 0; }
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::uint64_t length() const { return length_; }

  // The rest of the component. REQUIRES: !at_end().
  std::uint64_t take() {
    const std::uint64_t length = length_;
    ++next_;
    load();
    return length;
  }
  // At most `length` code points of it; of the endless retain, all.
  std::uint64_t take(std::uint64_t length) {
    if (at_end()) return length;
    if (length_ <= length) return take();
    length_ -= length;
    return length;
  }

 private:
  void load() {
    kind_ = next_ == end_ ? Kind::kRetain : next_->kind();
    length_ = next_ == end_ ? 0 : next_->length();
  }

  const ShapeComponent* next_;
  const ShapeComponent* end_;
  Kind kind_ = Kind::kRetain;
  std::uint64_t length_ = 0;
};

void take_deletes(ShapeCursor& first, ShapeBuilder& result) {
  while (first.kind() == Kind::kDelete) result.append(Kind::kDelete, first.take());
}

// The second operation keeps `length` code points of what the first made.
void compose_retain(ShapeCursor& first, std::uint64_t length, ShapeBuilder& result) {
  while (length > 0) {
    take_deletes(first, result);
    const Kind kind = first.kind();
    const std::uint64_t part = first.take(length);
    result.append(kind, part);
    length -= part;
  }
}

// The second operation drops `length` code points of what the first made.
void compose_delete(ShapeCursor& first, std::uint64_t length, ShapeBuilder& result) {
  while (length > 0) {
    take_deletes(first, result);
    const Kind kind = first.kind();
    const std::uint64_t part = first.take(length);
    if (kind == Kind::kRetain) result.append(Kind::kDelete, part);
    length -= part;
  }
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
  ShapeBuilder result(out);
  ShapeCursor rest(first);
  for (const ShapeComponent component : second) {
    switch (component.kind()) {
      case Kind::kRetain:
        compose_retain(rest, component.length(), result);
        break;
      case Kind::kInsert:
        take_deletes(rest, result);
        result.append(Kind::kInsert, component.length());
        break;
      case Kind::kDelete:
        compose_delete(rest, component.length(), result);
        break;
    }
  }
  while (!rest.at_end()) {
    const Kind kind = rest.kind();
    result.append(kind, rest.take());
  }
  result.finish();
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
