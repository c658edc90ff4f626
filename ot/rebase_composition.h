// The rebase composition: many operations made one, so that what was made before all of them is
// transformed over all of them at once. With ab the rebase composition of a and b, for every c in
// normal form:
//
//     transform(c, ab) == transform(transform(c, a, kLeft), b, kLeft)
//
// component for component, and in any bracketing of many. a and b need not be in normal form.
//
// compose() does not have this law. Where b inserts next to text that a deleted, it leaves open on
// which side of the deleted text the insert stands, and takes the left; but in c that text is still
// there, and what c inserts behind it must stay left of b's insert. So here an insert of b goes to
// the right end of what a deleted at that place: before it is written, all deletes of a that stand
// next are.
//
// The law holds for c that is in normal form, the side left, and texts only of inserts: of c's
// deletes either all must carry their text or none, for otherwise it may stay known here where it
// would have been forgotten on the way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ot/operation.h"
#include "ot/shape.h"

namespace cowrite::ot {

// Appends the rebase composition of `first` and `second`, which follows it.
void rebase_compose(ShapeView first, ShapeView second, Shape& out);

// How far the components before every kLandmarkStride-th one of a shape reach: over what an
// operation keeps, transform() goes from landmark to landmark.
struct Landmark {
  std::uint64_t before = 0;  // Code points of the text that the shape is applied to,
  std::uint64_t after = 0;   // and of the text that it makes.
};
inline constexpr std::size_t kLandmarkStride = 32;
[[nodiscard]] std::vector<Landmark> make_landmarks(ShapeView shape);

// transform(operation, other, Side::kLeft), of which only the shape is known. `landmarks` are those
// of the shape, or none.
[[nodiscard]] Operation transform(const Operation& operation, ShapeView other,
                                  std::span<const Landmark> landmarks = {});

}  // namespace cowrite::ot
