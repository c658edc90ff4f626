#include "server/protocol/pieced_text.h"

#include <algorithm>
#include <string_view>

#include "server/protocol/json_writer.h"
#include "server/protocol/limits.h"

namespace cowrite::protocol {

namespace {

// A piece that is shared goes with what stands before it in the message, if that is short.
constexpr std::size_t kBytesBeforeShared = kPieceBytesOver - kTextStep * kEscapeBytesMax;

}  // namespace

PiecedText::PiecedText(ot::Rope text) : escaped_(false) {
  insertions_.push_back({0, std::move(text)});
}

std::size_t PiecedText::bytes_left() const {
  std::size_t bytes = rest_.size() - done_;
  for (const Insertion& insertion : insertions_) bytes += insertion.text.bytes();
  return bytes - std::min<std::size_t>(bytes, position_);
}

bool PiecedText::next(std::string& out, EscapedTexts* texts) {
  const std::size_t begin = out.size();
  const std::size_t full = begin + kPieceBytes;
  out.reserve(std::min(full + kPieceBytesOver, begin + bytes_left()));
  while (out.size() < full) {
    const std::size_t until = next_ == insertions_.size() ? rest_.size() : insertions_[next_].at;
    if (done_ < until) {
      const std::size_t bytes = std::min(until - done_, full - out.size());
      out.append(rest_, done_, bytes);
      done_ += bytes;
    } else if (next_ == insertions_.size()) {
      return false;
    } else if (!append_text(out, begin, texts)) {
      return true;
    }
  }
  return next_ < insertions_.size() || done_ < rest_.size();
}

bool PiecedText::is_shared(const Insertion& insertion) const {
  return escaped_ && insertion.text.bytes() > kPieceBytes;
}

bool PiecedText::prepare(EscapedTexts& texts, storage::Payer payer, EscapedTexts::Work ready) {
  if (next_ == insertions_.size()) return true;
  const Insertion& insertion = insertions_[next_];
  if (!is_shared(insertion) || insertion.at - done_ > kBytesBeforeShared) return true;
  if (!shared_) shared_ = texts.share(insertion.text);
  return shared_->prepare(position_, payer, std::move(ready));
}

bool PiecedText::append_text(std::string& out, std::size_t begin, EscapedTexts* texts) {
  ot::Rope& text = insertions_[next_].text;
  if (texts != nullptr && is_shared(insertions_[next_])) {
    if (out.size() - begin > kBytesBeforeShared) return false;
    if (!shared_) shared_ = texts->share(text);
    position_ = shared_->append_piece(out, position_);
  } else if (escaped_) {
    position_ = append_escaped(out, text, position_, begin + kPieceBytes);
  } else {
    const std::uint64_t count = std::min<std::uint64_t>(text.code_points() - position_, kTextStep);
    text.for_each_chunk(position_, count, [&out](std::string_view chunk) { out += chunk; });
    position_ += count;
  }
  if (position_ < text.code_points()) return true;
  shared_ = nullptr;
  text = ot::Rope();
  ++next_;
  position_ = 0;
  return true;
}

std::string PiecedText::take() && {
  std::string all;
  all.reserve(bytes_left() + bytes_left() / 16);
  while (next(all)) {
  }
  return all;
}

}  // namespace cowrite::protocol
