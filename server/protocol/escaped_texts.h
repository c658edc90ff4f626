// EscapedTexts: long texts as they stand in the strings of JSON, in pieces. All who are sent the
// same version of a text at a time share its pieces: who needs one that is not there makes it, and
// the others find it. Beyond a bound the pieces are forgotten that were used longest ago.
//
// Belongs to one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "ot/rope/rope.h"
#include "storage/counting/counter.h"

namespace cowrite::protocol {

// Appends code points from `position` on, escaped, until `full` bytes are in `out`, or up to
// kPieceBytesOver more. Returns the position after them.
std::uint64_t append_escaped(std::string& out, const ot::Rope& text, std::uint64_t position,
                             std::size_t full);

struct EscapedTextCounts {
  counting::Counter bytes;  // What the pieces that are kept take now.
  // Since the start.
  counting::Counter made;
  counting::Counter found;
};

class EscapedTexts : public std::enable_shared_from_this<EscapedTexts> {
 public:
  // The counts live as long as this, and as all texts of it.
  EscapedTexts(std::size_t bytes_max, EscapedTextCounts& counts)
      : bytes_max_(bytes_max), counts_(counts) {}

  class Text;
  // The same for all who hold it of the same rope, not edited since. REQUIRES: owned by a
  // shared_ptr.
  [[nodiscard]] std::shared_ptr<Text> share(const ot::Rope& text);

 private:
  struct PlaceOfPiece {
    Text* text = nullptr;
    std::uint64_t position = 0;
  };
  struct Piece {
    std::uint64_t end = 0;  // Position.
    std::string json;
    std::list<PlaceOfPiece>::iterator use;
  };
  using Pieces = std::map<std::uint64_t, Piece>;  // By their positions.

  void keep(Text& text, std::uint64_t position, Piece piece);
  void forget(Text& text, Pieces::iterator piece);

  const std::size_t bytes_max_;
  EscapedTextCounts& counts_;
  std::unordered_map<const void*, std::weak_ptr<Text>> texts_;  // By Rope::identity().
  std::list<PlaceOfPiece> uses_;                                // The newest last.
};

// One text, held by all who are sent it.
class EscapedTexts::Text : public std::enable_shared_from_this<Text> {
 public:
  Text(std::shared_ptr<EscapedTexts> all, const ot::Rope& text)
      : all_(std::move(all)), text_(text) {}
  ~Text();
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  // Appends the piece at `position`: kPieceBytes or up to kPieceBytesOver more, the last one less.
  // Returns the position after it. REQUIRES: `position` is 0, or was returned before.
  std::uint64_t append_piece(std::string& out, std::uint64_t position);

 private:
  friend class EscapedTexts;

  // Who is sent it alone would keep pieces for nobody.
  [[nodiscard]] bool has_others() const { return weak_from_this().use_count() > 1; }

  const std::shared_ptr<EscapedTexts> all_;
  const ot::Rope text_;
  Pieces pieces_;
};

}  // namespace cowrite::protocol
