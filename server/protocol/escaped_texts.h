// EscapedTexts: long texts as they stand in the strings of JSON, in pieces. All who are sent the
// same version of a text at a time share its pieces. Those of a text of more than
// kTextMadeApartBytes are made apart from the loop, a few ahead of whoever is sent them; others are
// made by who needs them, as all are where there is no room for more that wait. Beyond a bound the
// pieces are forgotten that were used longest ago.
//
// Belongs to one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ot/rope/rope.h"
#include "storage/counting/counter.h"
#include "storage/payer.h"

namespace cowrite::protocol {

// Appends code points from `position` on, escaped, until `full` bytes are in `out`, or up to
// kPieceBytesOver more. Returns the position after them.
std::uint64_t append_escaped(std::string& out, const ot::Rope& text, std::uint64_t position,
                             std::size_t full);

struct EscapedTextCounts {
  counting::Counter bytes;  // What the pieces that are kept take now.
  // Since the start.
  counting::Counter made;        // On the loop.
  counting::Counter made_apart;  // Before they were needed.
  counting::Counter found;       // Who needed one, and did not make it.
};

class EscapedTexts : public std::enable_shared_from_this<EscapedTexts> {
 public:
  using Work = std::function<void()>;
  // Runs work where it holds up no loop, when it is the payer's turn, and then `done`, on the loop.
  using RunApart = std::function<void(storage::Payer, Work work, Work done)>;

  // The counts live as long as this, and as all texts of it. Without `run_apart` all pieces are
  // made by who needs them.
  EscapedTexts(std::size_t bytes_max, EscapedTextCounts& counts, RunApart run_apart = nullptr)
      : bytes_max_(bytes_max), counts_(counts), run_apart_(std::move(run_apart)) {}

  class Text;
  // The same for all who hold it of the same rope, not edited since. REQUIRES: owned by a
  // shared_ptr.
  [[nodiscard]] std::shared_ptr<Text> share(const ot::Rope& text);

 private:
  struct MadePiece {
    std::uint64_t end = 0;  // Position.
    std::string json;
  };
  struct PlaceOfPiece {
    Text* text = nullptr;
    std::uint64_t position = 0;
  };
  struct Piece {
    MadePiece made;
    bool ahead = false;  // Nobody was sent it yet.
    std::list<PlaceOfPiece>::iterator use;
  };
  using Pieces = std::map<std::uint64_t, Piece>;  // By their positions.

  [[nodiscard]] static MadePiece make(const ot::Rope& text, std::uint64_t position);
  // How many may be made apart now: one at least if somebody waits for it, else several or none.
  [[nodiscard]] std::size_t room_ahead(bool is_awaited) const;
  void keep(Text& text, std::uint64_t position, MadePiece made, bool ahead);
  void used(Piece& piece);
  void forget(Text& text, Pieces::iterator piece);

  const std::size_t bytes_max_;
  EscapedTextCounts& counts_;
  const RunApart run_apart_;
  std::size_t ahead_ = 0;  // Pieces that are being made apart, or were, and nobody was sent yet.
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

  // Sees to it that pieces are made ahead. True if append_piece() can be called now; else it is
  // worth while to wait, and `ready` is called on the loop, later. `payer` pays.
  // REQUIRES: as append_piece() does.
  [[nodiscard]] bool prepare(std::uint64_t position, storage::Payer payer, Work ready);

  // Appends the piece at `position`: kPieceBytes or up to kPieceBytesOver more, the last one less.
  // Returns the position after it. REQUIRES: `position` is 0, or was returned before.
  std::uint64_t append_piece(std::string& out, std::uint64_t position);

 private:
  friend class EscapedTexts;

  // Who is sent it alone would keep pieces for nobody.
  [[nodiscard]] bool has_others() const { return weak_from_this().use_count() > 1; }
  // The first position from `position` on that is not kept; `few` is whether few pieces are.
  struct Missing {
    std::uint64_t position = 0;
    bool few = false;
  };
  [[nodiscard]] Missing first_missing(std::uint64_t position) const;
  void make_apart(std::uint64_t position, std::size_t count, storage::Payer payer);
  void made_apart(std::uint64_t position, std::vector<MadePiece> pieces);

  const std::shared_ptr<EscapedTexts> all_;
  const ot::Rope text_;
  Pieces pieces_;
  bool making_ = false;  // Pieces are, apart, from that position on.
  std::uint64_t making_from_ = 0;
  std::vector<Work> waiting_;  // For them.
};

}  // namespace cowrite::protocol
