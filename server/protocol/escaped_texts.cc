#include "server/protocol/escaped_texts.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

#include "server/protocol/json_writer.h"
#include "server/protocol/limits.h"

namespace cowrite::protocol {

std::uint64_t append_escaped(std::string& out, const ot::Rope& text, std::uint64_t position,
                             std::size_t full) {
  while (out.size() < full && position < text.code_points()) {
    const auto count = std::min<std::uint64_t>(text.code_points() - position, kTextStep);
    text.for_each_chunk(position, count,
                        [&out](std::string_view chunk) { append_escaped(out, chunk); });
    position += count;
  }
  return position;
}

std::shared_ptr<EscapedTexts::Text> EscapedTexts::share(const ot::Rope& text) {
  std::weak_ptr<Text>& known = texts_[text.identity()];
  if (auto shared = known.lock()) return shared;
  auto made = std::make_shared<Text>(shared_from_this(), text);
  known = made;
  return made;
}

EscapedTexts::MadePiece EscapedTexts::make(const ot::Rope& text, std::uint64_t position) {
  MadePiece made;
  made.json.reserve(kPieceBytes + kPieceBytesOver);
  made.end = append_escaped(made.json, text, position, kPieceBytes);
  return made;
}

// A client that reads slowly is sent few of those that are ahead of it. They get half of this, so
// that there is always room for the one that somebody waits for and takes at once.
std::size_t EscapedTexts::room_ahead(bool is_awaited) const {
  const std::size_t ahead_max = bytes_max_ / 2 / (kPieceBytes + kPieceBytesOver);
  if (ahead_ + kPiecesMadeAtOnce <= ahead_max / 2) return kPiecesMadeAtOnce;
  return is_awaited && ahead_ < ahead_max ? 1 : 0;
}

void EscapedTexts::keep(Text& text, std::uint64_t position, MadePiece made, bool ahead) {
  const std::size_t bytes = made.json.capacity();
  std::list<PlaceOfPiece> use{{&text, position}};
  if (!text.pieces_.emplace(position, Piece{std::move(made), ahead, use.begin()}).second) return;
  uses_.splice(uses_.end(), use);
  if (ahead) ++ahead_;
  counts_.bytes.add(bytes);
  while (counts_.bytes.value() > bytes_max_) {
    const PlaceOfPiece oldest = uses_.front();
    forget(*oldest.text, oldest.text->pieces_.find(oldest.position));
  }
}

void EscapedTexts::used(Piece& piece) {
  uses_.splice(uses_.end(), uses_, piece.use);
  if (std::exchange(piece.ahead, false)) --ahead_;
  counts_.found.add();
}

void EscapedTexts::forget(Text& text, Pieces::iterator piece) {
  if (piece->second.ahead) --ahead_;
  counts_.bytes.subtract(piece->second.made.json.capacity());
  uses_.erase(piece->second.use);
  text.pieces_.erase(piece);
}

EscapedTexts::Text::~Text() {
  while (!pieces_.empty()) all_->forget(*this, pieces_.begin());
  all_->texts_.erase(text_.identity());
}

std::uint64_t EscapedTexts::Text::append_piece(std::string& out, std::uint64_t position) {
  if (const auto found = pieces_.find(position); found != pieces_.end()) {
    all_->used(found->second);
    out += found->second.made.json;
    const std::uint64_t end = found->second.made.end;
    if (!has_others()) all_->forget(*this, found);
    return end;
  }
  const std::size_t begin = out.size();
  const std::uint64_t end = append_escaped(out, text_, position, begin + kPieceBytes);
  all_->counts_.made.add();
  if (has_others()) all_->keep(*this, position, {end, out.substr(begin)}, false);
  return end;
}

// ---- Apart

EscapedTexts::Text::Missing EscapedTexts::Text::first_missing(std::uint64_t position) const {
  for (std::size_t kept = 0; kept < kPiecesMadeAtOnce / 2; ++kept) {
    const auto piece = pieces_.find(position);
    if (piece == pieces_.end()) return {position, true};
    position = piece->second.made.end;
  }
  return {position, false};
}

bool EscapedTexts::Text::prepare(std::uint64_t position, storage::Payer payer, Work ready) {
  if (!all_->run_apart_ || text_.bytes() <= kTextMadeApartBytes) return true;
  // The first who is sent a piece looks ahead for all.
  if (const auto kept = pieces_.find(position); kept != pieces_.end() && !kept->second.ahead) {
    return true;
  }
  const Missing missing = first_missing(position);
  const bool is_there = missing.position != position;
  if (!making_ && missing.few && missing.position < text_.code_points()) {
    const std::size_t room = all_->room_ahead(!is_there);
    if (room > 0) make_apart(missing.position, room, payer);
  }
  if (is_there || !making_ || making_from_ != position) return true;
  waiting_.push_back(std::move(ready));
  return false;
}

void EscapedTexts::Text::make_apart(std::uint64_t position, std::size_t count,
                                    storage::Payer payer) {
  const auto made = std::make_shared<std::vector<MadePiece>>();
  all_->run_apart_(
      payer,
      [made, position, count, text = text_] {
        try {
          for (std::uint64_t next = position; made->size() < count && next < text.code_points();
               next = made->back().end) {
            made->push_back(make(text, next));
          }
        } catch (const std::bad_alloc&) {  // Who needs the rest makes it.
        }
      },
      [made, position, count, all = all_, weak = weak_from_this()] {
        all->ahead_ -= count;
        all->counts_.made_apart.add(made->size());
        if (const auto self = weak.lock()) self->made_apart(position, std::move(*made));
      });
  // Only now: where there is no memory for it, nobody waits for what is not being made.
  making_ = true;
  making_from_ = position;
  all_->ahead_ += count;
}

void EscapedTexts::Text::made_apart(std::uint64_t position, std::vector<MadePiece> pieces) {
  making_ = false;
  for (MadePiece& piece : pieces) {
    const std::uint64_t end = piece.end;
    all_->keep(*this, position, std::move(piece), true);
    position = end;
  }
  for (const Work& ready : std::exchange(waiting_, {})) ready();
}

}  // namespace cowrite::protocol
