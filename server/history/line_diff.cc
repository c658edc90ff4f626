#include "server/history/line_diff.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "ot/base/check.h"

namespace cowrite::history {
namespace {

// So many steps are worth trying in any box.
constexpr std::size_t kStepsLeast = 32;

// A part of the first list beside a part of the second.
struct Box {
  std::size_t left = 0, top = 0;      // Where the parts begin,
  std::size_t right = 0, bottom = 0;  // and where they end.

  [[nodiscard]] std::ptrdiff_t width() const { return static_cast<std::ptrdiff_t>(right - left); }
  [[nodiscard]] std::ptrdiff_t height() const { return static_cast<std::ptrdiff_t>(bottom - top); }
};

// As seen from the corner of a box where a way through it begins.
struct Point {
  std::ptrdiff_t x = 0;
  std::ptrdiff_t y = 0;
};

// How far ways of so many steps lead: for each diagonal (x - y), the largest x. A step leads right,
// over a line of the first list, or down, over one of the second; from there diagonally, over equal
// lines, for free.
class Reach {
 public:
  static constexpr std::ptrdiff_t kNowhere = std::numeric_limits<std::ptrdiff_t>::min();

  explicit Reach(std::size_t steps_max)
      : middle_(static_cast<std::ptrdiff_t>(steps_max) + 1), reach_(2 * steps_max + 3) {}

  [[nodiscard]] std::ptrdiff_t& operator[](std::ptrdiff_t diagonal) {
    return reach_[static_cast<std::size_t>(diagonal + middle_)];
  }
  [[nodiscard]] std::ptrdiff_t operator[](std::ptrdiff_t diagonal) const {
    return reach_[static_cast<std::size_t>(diagonal + middle_)];
  }

 private:
  std::ptrdiff_t middle_;
  std::vector<std::ptrdiff_t> reach_;
};

// Finds which lines are in one list only.
class Search {
 public:
  Search(LineNumbers before, LineNumbers after)
      : before_(before),
        after_(after),
        removed_(before.size()),
        added_(after.size()),
        steps_max_(choose_steps_max(before.size() + after.size())),
        forward_(steps_max_),
        backward_(steps_max_) {}

  void run() {
    std::vector<Box> boxes = {{0, 0, before_.size(), after_.size()}};
    while (!boxes.empty()) {
      const Box box = trimmed(boxes.back());
      boxes.pop_back();
      if (box.width() == 0 || box.height() == 0) {
        for (std::size_t x = box.left; x < box.right; ++x) removed_[x] = true;
        for (std::size_t y = box.top; y < box.bottom; ++y) added_[y] = true;
        continue;
      }
      const Point point = divide(box);
      const std::size_t x = box.left + static_cast<std::size_t>(point.x);
      const std::size_t y = box.top + static_cast<std::size_t>(point.y);
      boxes.push_back({x, y, box.right, box.bottom});
      boxes.push_back({box.left, box.top, x, y});
    }
  }

  [[nodiscard]] const std::vector<bool>& removed() const { return removed_; }
  [[nodiscard]] const std::vector<bool>& added() const { return added_; }

 private:
  enum class Direction { kForward, kBackward };

  // A box of s steps takes up to s^2 diagonals, and a search that is given up at s steps has come s
  // lines further at least: together no more than the work allowed.
  static std::size_t choose_steps_max(std::size_t lines) {
    const std::size_t steps = kDiffWorkMax / 4 / std::max<std::size_t>(lines, 1);
    return std::min(std::max(kStepsLeast, steps), lines + 1);
  }

  // Without what is equal at its beginning and its end.
  [[nodiscard]] Box trimmed(Box box) const {
    while (box.left < box.right && box.top < box.bottom && before_[box.left] == after_[box.top]) {
      ++box.left, ++box.top;
    }
    while (box.left < box.right && box.top < box.bottom &&
           before_[box.right - 1] == after_[box.bottom - 1]) {
      --box.right, --box.bottom;
    }
    return box;
  }

  // A point on a shortest way through the box, at neither end of it; or on the way that came
  // furthest in steps_max_ steps. Ways lead from both corners, a step at a time, until two meet.
  // REQUIRES: the box is trimmed and has lines on both sides.
  [[nodiscard]] Point divide(const Box& box) {
    for (std::size_t steps = 0; steps < steps_max_; ++steps) {
      const auto count = static_cast<std::ptrdiff_t>(steps);
      if (auto met = advance<Direction::kForward>(box, count)) return *met;
      if (auto met = advance<Direction::kBackward>(box, count)) {
        return {box.width() - met->x, box.height() - met->y};
      }
    }
    return furthest(static_cast<std::ptrdiff_t>(steps_max_) - 1);
  }

  // Takes the ways from one corner to `steps` steps. Returns where they meet those from the other
  // corner, if they do.
  template <Direction kDirection>
  [[nodiscard]] std::optional<Point> advance(const Box& box, std::ptrdiff_t steps) {
    constexpr bool kForward = kDirection == Direction::kForward;
    Reach& mine = kForward ? forward_ : backward_;
    const Reach& other = kForward ? backward_ : forward_;
    const std::ptrdiff_t others_steps = kForward ? steps - 1 : steps;
    const std::ptrdiff_t others_diagonals = box.width() - box.height();
    mine[-steps - 1] = mine[steps + 1] = Reach::kNowhere;
    for (std::ptrdiff_t diagonal = -steps; diagonal <= steps; diagonal += 2) {
      std::ptrdiff_t x = steps == 0 ? 0 : enter(box, mine, diagonal);
      if (x != Reach::kNowhere) x = slide<kDirection>(box, x, diagonal);
      mine[diagonal] = x;
      const std::ptrdiff_t opposite = others_diagonals - diagonal;
      const bool reached = -others_steps <= opposite && opposite <= others_steps &&
                           (others_steps - opposite) % 2 == 0;
      if (x == Reach::kNowhere || !reached || other[opposite] == Reach::kNowhere) continue;
      if (x + other[opposite] >= box.width()) return Point{x, x - diagonal};
    }
    return std::nullopt;
  }

  // Where a step from one of the neighbours comes onto a diagonal, the further of the two.
  [[nodiscard]] static std::ptrdiff_t enter(const Box& box, const Reach& reach,
                                            std::ptrdiff_t diagonal) {
    const std::ptrdiff_t below = reach[diagonal - 1];
    const std::ptrdiff_t above = reach[diagonal + 1];
    std::ptrdiff_t x = Reach::kNowhere;
    if (below != Reach::kNowhere && below < box.width()) x = below + 1;
    if (above != Reach::kNowhere && above - diagonal <= box.height()) x = std::max(x, above);
    return x;
  }

  template <Direction kDirection>
  [[nodiscard]] std::ptrdiff_t slide(const Box& box, std::ptrdiff_t x,
                                     std::ptrdiff_t diagonal) const {
    const std::uint32_t* before = before_.data() + box.left;
    const std::uint32_t* after = after_.data() + box.top;
    const std::ptrdiff_t end = std::min(box.width(), box.height() + diagonal);
    if constexpr (kDirection == Direction::kForward) {
      while (x < end && before[x] == after[x - diagonal]) ++x;
    } else {
      const std::ptrdiff_t last_x = box.width() - 1;
      const std::ptrdiff_t last_y = box.height() - 1;
      while (x < end && before[last_x - x] == after[last_y - (x - diagonal)]) ++x;
    }
    return x;
  }

  [[nodiscard]] Point furthest(std::ptrdiff_t steps) const {
    Point best;
    for (std::ptrdiff_t diagonal = -steps; diagonal <= steps; diagonal += 2) {
      const std::ptrdiff_t x = forward_[diagonal];
      if (x != Reach::kNowhere && 2 * x - diagonal > best.x + best.y) best = {x, x - diagonal};
    }
    CHECK(best.x + best.y > 0);
    return best;
  }

  const LineNumbers before_;
  const LineNumbers after_;
  std::vector<bool> removed_;
  std::vector<bool> added_;
  const std::size_t steps_max_;
  Reach forward_;
  Reach backward_;
};

// The positions of those lines of the first list that are in the second one, too. The others need
// no search.
std::vector<std::size_t> positions_of_shared(LineNumbers lines, LineNumbers others) {
  std::uint32_t largest = 0;
  for (const std::uint32_t line : others) largest = std::max(largest, line);
  std::vector<bool> present(others.empty() ? 0 : std::size_t{largest} + 1);
  for (const std::uint32_t line : others) present[line] = true;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] < present.size() && present[lines[i]]) positions.push_back(i);
  }
  return positions;
}

std::vector<std::uint32_t> pick(LineNumbers lines, const std::vector<std::size_t>& positions) {
  std::vector<std::uint32_t> picked;
  picked.reserve(positions.size());
  for (const std::size_t position : positions) picked.push_back(lines[position]);
  return picked;
}

// Whether each line of a list is in this list only, from the verdict on the shared ones.
std::vector<bool> spread(std::size_t size, const std::vector<std::size_t>& positions,
                         const std::vector<bool>& verdict) {
  std::vector<bool> all(size, true);
  for (std::size_t i = 0; i < positions.size(); ++i) all[positions[i]] = verdict[i];
  return all;
}

}  // namespace

std::vector<LineChange> diff_lines(LineNumbers before, LineNumbers after) {
  const std::vector<std::size_t> before_positions = positions_of_shared(before, after);
  const std::vector<std::size_t> after_positions = positions_of_shared(after, before);
  const std::vector<std::uint32_t> before_shared = pick(before, before_positions);
  const std::vector<std::uint32_t> after_shared = pick(after, after_positions);
  Search search(before_shared, after_shared);
  search.run();
  const std::vector<bool> removed = spread(before.size(), before_positions, search.removed());
  const std::vector<bool> added = spread(after.size(), after_positions, search.added());

  std::vector<LineChange> changes;
  std::size_t x = 0;
  std::size_t y = 0;
  while (x < before.size() || y < after.size()) {
    const LineChange begin{x, 0, y, 0};
    while (x < before.size() && removed[x]) ++x;
    while (y < after.size() && added[y]) ++y;
    if (x > begin.before_begin || y > begin.after_begin) {
      changes.push_back(
          {begin.before_begin, x - begin.before_begin, begin.after_begin, y - begin.after_begin});
    } else {
      ++x, ++y;  // Equal.
    }
  }
  return changes;
}

}  // namespace cowrite::history
