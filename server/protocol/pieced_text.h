// PiecedText: a long text that is made piece by piece, as whoever takes it wants more: a message
// with documents in it, or a document alone. Until then it holds the documents' ropes, which it
// shares with whoever has them too, and no copy of their texts. Long ones are escaped once for all
// who are sent them (escaped_texts.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ot/rope/rope.h"
#include "server/protocol/escaped_texts.h"

namespace cowrite::protocol {

class PiecedText {
 public:
  // A text as it is.
  explicit PiecedText(ot::Rope text);
  // JSON, with texts in it that stand in strings: each goes to its place in the rest, counted in
  // bytes. REQUIRES: the places do not decrease.
  struct Insertion {
    std::size_t at = 0;
    ot::Rope text;
  };
  PiecedText(std::string json, std::vector<Insertion> insertions)
      : rest_(std::move(json)), insertions_(std::move(insertions)) {}

  // About what is left to be made: escapes make it longer.
  [[nodiscard]] std::size_t bytes_left() const;

  // Sees to it that what next() needs of `texts` is made ahead. False if it is worth while to wait:
  // then `ready` is called, later. `payer` pays.
  [[nodiscard]] bool prepare(EscapedTexts& texts, storage::Payer payer, EscapedTexts::Work ready);

  // Appends the next piece, of kPieceBytes or up to kPieceBytesOver more, or less at the end and
  // before a long text. False if it was the last. `texts`, if there are any, are the same each
  // time.
  bool next(std::string& out, EscapedTexts* texts = nullptr);

  // All that is left.
  [[nodiscard]] std::string take() &&;

 private:
  [[nodiscard]] bool is_shared(const Insertion& insertion) const;
  // False if it is left to the next piece.
  bool append_text(std::string& out, std::size_t begin, EscapedTexts* texts);

  bool escaped_ = true;
  std::string rest_;
  std::size_t done_ = 0;  // Bytes of rest_.
  std::vector<Insertion> insertions_;
  std::size_t next_ = 0;                        // Of them.
  std::uint64_t position_ = 0;                  // In that, in code points.
  std::shared_ptr<EscapedTexts::Text> shared_;  // That one, if it is long.
};

}  // namespace cowrite::protocol
