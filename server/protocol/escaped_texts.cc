#include "server/protocol/escaped_texts.h"

#include <algorithm>
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

void EscapedTexts::keep(Text& text, std::uint64_t position, Piece piece) {
  std::list<PlaceOfPiece> use{{&text, position}};
  piece.use = use.begin();
  const std::size_t bytes = piece.json.capacity();
  text.pieces_.emplace(position, std::move(piece));
  uses_.splice(uses_.end(), use);
  counts_.bytes.add(bytes);
  while (counts_.bytes.value() > bytes_max_) {
    const PlaceOfPiece oldest = uses_.front();
    forget(*oldest.text, oldest.text->pieces_.find(oldest.position));
  }
}

void EscapedTexts::forget(Text& text, Pieces::iterator piece) {
  counts_.bytes.subtract(piece->second.json.capacity());
  uses_.erase(piece->second.use);
  text.pieces_.erase(piece);
}

EscapedTexts::Text::~Text() {
  while (!pieces_.empty()) all_->forget(*this, pieces_.begin());
  all_->texts_.erase(text_.identity());
}

std::uint64_t EscapedTexts::Text::append_piece(std::string& out, std::uint64_t position) {
  if (const auto found = pieces_.find(position); found != pieces_.end()) {
    const Piece& piece = found->second;
    all_->uses_.splice(all_->uses_.end(), all_->uses_, piece.use);
    all_->counts_.found.add();
    out += piece.json;
    return piece.end;
  }
  const std::size_t begin = out.size();
  const std::uint64_t end = append_escaped(out, text_, position, begin + kPieceBytes);
  all_->counts_.made.add();
  if (has_others()) all_->keep(*this, position, {end, out.substr(begin), {}});
  return end;
}

}  // namespace cowrite::protocol
