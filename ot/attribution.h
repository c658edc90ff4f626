// Attribution: which operation wrote which text. It follows the operations on a text from its
// beginning, each under an index that the caller chooses (the record's version, say), and knows of
// every code point which operation inserted it, and if asked to, also of those that are gone which
// one removed them.
//
//     apply  [insert "hello"]            as 1       hello
//     apply  [3, insert "p", delete 2]   as 2       hel p         (lo removed by 2)
//                                                   1   2
//
// The laws, for any operations in order on a text that was empty:
//
// - the spans that are not removed have together the length of the text, and in order they are its
//   code points;
// - a code point has the index of the operation whose insert it came with, whatever happened around
//   it;
// - the spans that are removed have the index of the operation whose delete took them, and with
//   Removed::kForgotten there are none, all else being equal;
// - text is inserted behind whatever was removed at its place, directly before the code point that
//   follows.
//
// An operation costs O(log n) for each component and O(n / kSpansMax^2) now and then, n being the
// number of spans; so 1,000,000 keystrokes take well below a second.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "ot/operation.h"
#include "ot/rope/rope.h"

namespace cowrite::ot {

class Attribution {
 public:
  enum class Removed { kForgotten, kKept };

  // Never an index of an operation.
  static constexpr std::uint64_t kNobody = std::numeric_limits<std::uint64_t>::max();

  // Neighbouring code points with one history. Two spans in a row may have the same.
  struct Span {
    std::uint64_t length = 0;         // Code points.
    std::uint64_t inserted = 0;       // The index of the operation that inserted it,
    std::uint64_t removed = kNobody;  // and of the one that removed it.
    std::uint64_t begin = 0;          // With Removed::kKept: where in all inserted text it stands.

    [[nodiscard]] bool alive() const { return removed == kNobody; }
  };

  explicit Attribution(Removed removed) : keeps_removed_(removed == Removed::kKept) {}

  // Fails with kErrOperationNotApplied, and changes nothing, if the operation reaches beyond the
  // text, and where all inserted text would no longer fit a rope. REQUIRES: index != kNobody.
  [[nodiscard]] Result<void> apply(const Operation& operation, std::uint64_t index);

  // Code points of the text.
  [[nodiscard]] std::uint64_t length() const { return length_; }
  [[nodiscard]] std::size_t spans() const { return spans_; }
  // Bytes of all text that was ever inserted; 0 with Removed::kForgotten.
  [[nodiscard]] std::uint64_t inserted_bytes() const { return inserted_text_.bytes(); }

  // Calls function(const Span&) for every span in the order of the text.
  template <typename Function>
  void for_each(Function&& function) const {
    for (const Chunk& chunk : chunks_) {
      for (const Span& span : chunk.spans) function(span);
    }
  }

  // The text of a span. REQUIRES: Removed::kKept.
  [[nodiscard]] std::string text_of(const Span& span) const {
    return inserted_text_.substring(span.begin, span.length);
  }

 private:
  // The spans of a chunk before it is cut in two: few enough to search one by one, and enough that
  // there are few chunks.
  static constexpr std::size_t kSpansMax = 256;

  struct Chunk {
    std::vector<Span> spans;
    std::uint64_t alive = 0;  // Code points that are not removed.
  };

  // The span at a place, and the code points of it that stand before the place.
  struct Place {
    std::size_t chunk = 0;
    std::size_t span = 0;
    std::uint64_t inside = 0;
  };

  [[nodiscard]] Place find(std::uint64_t position) const;
  void insert(std::uint64_t position, const Span& span);
  void remove(std::uint64_t position, std::uint64_t length, std::uint64_t index);
  bool extend(Chunk& chunk, std::size_t next, const Span& span);
  void cut(Chunk& chunk, std::size_t span, std::uint64_t inside);
  std::uint64_t remove_from(Chunk& chunk, std::size_t span, std::uint64_t length,
                            std::uint64_t index);
  void count(std::size_t chunk, std::int64_t code_points);
  void divide(std::size_t chunk);
  static Chunk split_off(Chunk& chunk);

  const bool keeps_removed_;
  std::vector<Chunk> chunks_{1};
  // Sums over chunks: sums_[i] is of the chunks i - lowbit(i + 1) + 1 to i (a Fenwick tree).
  std::vector<std::uint64_t> sums_{0};
  std::uint64_t length_ = 0;
  std::size_t spans_ = 0;
  Rope inserted_text_;  // All that was ever inserted, in order of the operations.
};

}  // namespace cowrite::ot
