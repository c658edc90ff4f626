#include "server/protocol/pieced_text.h"

#include <algorithm>
#include <string_view>

#include "server/protocol/json_writer.h"
#include "server/protocol/limits.h"

namespace cowrite::protocol {
namespace {

// Code points that are looked up in a rope at a time: the looking up then costs nothing beside the
// copying, and a piece is not much longer than it should be.
constexpr std::uint64_t kStep = 1'024;

constexpr std::size_t kEscapeBytesMax = 6;  // "\u0001"
static_assert(kStep * kEscapeBytesMax <= kPieceBytesOver);

}  // namespace

PiecedText::PiecedText(ot::Rope text) : escaped_(false) {
  insertions_.push_back({0, std::move(text)});
}

std::size_t PiecedText::bytes_left() const {
  std::size_t bytes = rest_.size() - done_;
  for (const Insertion& insertion : insertions_) bytes += insertion.text.bytes();
  return bytes - std::min<std::size_t>(bytes, position_);
}

bool PiecedText::next(std::string& out) {
  const std::size_t full = out.size() + kPieceBytes;
  out.reserve(std::min(full + kPieceBytesOver, out.size() + bytes_left()));
  while (out.size() < full) {
    const std::size_t until = next_ == insertions_.size() ? rest_.size() : insertions_[next_].at;
    if (done_ < until) {
      const std::size_t bytes = std::min(until - done_, full - out.size());
      out.append(rest_, done_, bytes);
      done_ += bytes;
    } else if (next_ == insertions_.size()) {
      return false;
    } else {
      ot::Rope& text = insertions_[next_].text;
      const std::uint64_t count = std::min(text.code_points() - position_, kStep);
      append(out, text, position_, count);
      position_ += count;
      if (position_ == text.code_points()) {
        text = ot::Rope();
        ++next_;
        position_ = 0;
      }
    }
  }
  return next_ < insertions_.size() || done_ < rest_.size();
}

void PiecedText::append(std::string& out, const ot::Rope& text, std::uint64_t position,
                        std::uint64_t count) const {
  text.for_each_chunk(position, count, [&](std::string_view chunk) {
    if (escaped_) {
      append_escaped(out, chunk);
    } else {
      out += chunk;
    }
  });
}

std::string PiecedText::take() && {
  std::string all;
  all.reserve(bytes_left() + bytes_left() / 16);
  while (next(all)) {
  }
  return all;
}

}  // namespace cowrite::protocol
