#include "ot/attribution.h"

#include <bit>

#include "ot/base/check.h"
#include "ot/edits.h"

namespace cowrite::ot {

namespace {

// Below a quarter of the room two neighbours become one chunk.
constexpr std::size_t kJoinDivisor = 4;

}  // namespace

Result<void> Attribution::apply(const Operation& operation, std::uint64_t index) {
  CHECK(index != kNobody);
  const std::uint64_t reach = operation.input_length();
  if (reach > length_) return past_the_end(reach, length_);
  if (keeps_removed_ && operation.inserted_bytes() > Rope::kBytesMax - inserted_text_.bytes()) {
    return Error{kErrOperationNotApplied, "All that was inserted would become longer than " +
                                              std::to_string(Rope::kBytesMax) + " bytes"};
  }
  for_each_edit(
      operation,
      [&](std::uint64_t position, const Component& inserted) {
        const Span span{inserted.length, index, kNobody, inserted_text_.code_points()};
        if (keeps_removed_) inserted_text_.insert(span.begin, inserted.text);
        insert(position, span);
      },
      [&](std::uint64_t position, const Component& removed) {
        remove(position, removed.length, index);
      });
  return {};
}

// The place directly before the code point at `position`; at the end of the text, the end of all.
Attribution::Place Attribution::find(std::uint64_t position) const {
  if (position == length_) return {chunks_.size() - 1, chunks_.back().spans.size(), 0};
  std::size_t chunk = 0;
  for (std::size_t step = std::bit_floor(sums_.size()); step > 0; step /= 2) {
    if (chunk + step > sums_.size() || sums_[chunk + step - 1] > position) continue;
    position -= sums_[chunk + step - 1];
    chunk += step;
  }
  const std::vector<Span>& spans = chunks_[chunk].spans;
  for (std::size_t i = 0;; ++i) {
    if (!spans[i].alive()) continue;
    if (position < spans[i].length) return {chunk, i, position};
    position -= spans[i].length;
  }
}

void Attribution::insert(std::uint64_t position, const Span& span) {
  const Place place = find(position);
  Chunk& chunk = chunks_[place.chunk];
  if (place.inside > 0) {
    cut(chunk, place.span, place.inside);
    chunk.spans.insert(chunk.spans.begin() + static_cast<std::ptrdiff_t>(place.span) + 1, span);
    ++spans_;
  } else if (!extend(chunk, place.span, span)) {
    chunk.spans.insert(chunk.spans.begin() + static_cast<std::ptrdiff_t>(place.span), span);
    ++spans_;
  }
  count(place.chunk, static_cast<std::int64_t>(span.length));
  if (chunk.spans.size() > kSpansMax) divide(place.chunk);
}

// Whether the span before `next` has the same history as the new one, and was made longer by it.
bool Attribution::extend(Chunk& chunk, std::size_t next, const Span& span) {
  if (next == 0) return false;
  Span& before = chunk.spans[next - 1];
  if (!before.alive() || before.inserted != span.inserted) return false;
  if (keeps_removed_ && before.begin + before.length != span.begin) return false;
  before.length += span.length;
  return true;
}

// Makes two spans of one. REQUIRES: 0 < inside < its length.
void Attribution::cut(Chunk& chunk, std::size_t span, std::uint64_t inside) {
  Span rest = chunk.spans[span];
  rest.begin += inside;
  rest.length -= inside;
  chunk.spans[span].length = inside;
  chunk.spans.insert(chunk.spans.begin() + static_cast<std::ptrdiff_t>(span) + 1, rest);
  ++spans_;
}

void Attribution::remove(std::uint64_t position, std::uint64_t length, std::uint64_t index) {
  while (length > 0) {
    const Place place = find(position);
    Chunk& chunk = chunks_[place.chunk];
    if (place.inside > 0) cut(chunk, place.span, place.inside);
    const std::uint64_t removed =
        remove_from(chunk, place.inside > 0 ? place.span + 1 : place.span, length, index);
    length -= removed;
    count(place.chunk, -static_cast<std::int64_t>(removed));
    if (chunk.spans.size() > kSpansMax) divide(place.chunk);
  }
}

// Removes up to `length` code points of a chunk, from the beginning of a span on, and says how
// many.
std::uint64_t Attribution::remove_from(Chunk& chunk, std::size_t span, std::uint64_t length,
                                       std::uint64_t index) {
  std::uint64_t removed = 0;
  std::size_t next = span;
  for (; next < chunk.spans.size() && removed < length; ++next) {
    if (!chunk.spans[next].alive()) continue;
    if (chunk.spans[next].length > length - removed) cut(chunk, next, length - removed);
    chunk.spans[next].removed = index;
    removed += chunk.spans[next].length;
  }
  if (keeps_removed_) return removed;
  const auto first = chunk.spans.begin() + static_cast<std::ptrdiff_t>(span);
  chunk.spans.erase(first, chunk.spans.begin() + static_cast<std::ptrdiff_t>(next));
  spans_ -= next - span;
  return removed;
}

// Adds to the code points of a chunk, or takes from them.
void Attribution::count(std::size_t chunk, std::int64_t code_points) {
  const auto change = static_cast<std::uint64_t>(code_points);  // Modulo 2^64, as the sums are.
  length_ += change;
  chunks_[chunk].alive += change;
  for (std::size_t i = chunk; i < sums_.size(); i |= i + 1) sums_[i] += change;
}

// Makes two chunks of one that is full. Those that have become small are joined on the occasion.
void Attribution::divide(std::size_t chunk) {
  std::vector<Chunk> divided;
  divided.reserve(chunks_.size() + 1);
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    Chunk& next = chunks_[i];
    if (!divided.empty() &&
        divided.back().spans.size() + next.spans.size() <= kSpansMax / kJoinDivisor) {
      Chunk& before = divided.back();
      before.spans.insert(before.spans.end(), next.spans.begin(), next.spans.end());
      before.alive += next.alive;
      continue;
    }
    divided.push_back(std::move(next));
    if (i == chunk) divided.push_back(split_off(divided.back()));
  }
  chunks_ = std::move(divided);
  sums_.assign(chunks_.size(), 0);
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    sums_[i] += chunks_[i].alive;
    const std::size_t above = i | (i + 1);
    if (above < sums_.size()) sums_[above] += sums_[i];
  }
}

// The second half of a chunk, taken off it.
Attribution::Chunk Attribution::split_off(Chunk& chunk) {
  const auto middle = chunk.spans.begin() + static_cast<std::ptrdiff_t>(chunk.spans.size() / 2);
  Chunk half;
  half.spans.assign(middle, chunk.spans.end());
  chunk.spans.erase(middle, chunk.spans.end());
  for (const Span& span : half.spans) {
    if (span.alive()) half.alive += span.length;
  }
  chunk.alive -= half.alive;
  return half;
}

}  // namespace cowrite::ot
