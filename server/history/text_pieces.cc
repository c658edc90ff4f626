#include "server/history/text_pieces.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "ot/base/utf8.h"

namespace cowrite::history {
namespace {

// Gives equal pieces equal numbers, those of both texts. By sorting and not by hashing, which
// somebody could make slow.
std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> number(const Pieces& before,
                                                                         const Pieces& after) {
  const auto piece = [&](std::size_t i) {
    return i < before.size() ? before[i] : after[i - before.size()];
  };
  std::vector<std::uint32_t> order(before.size() + after.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t left, std::uint32_t right) { return piece(left) < piece(right); });
  std::vector<std::uint32_t> numbers(order.size());
  std::uint32_t next = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (piece(order[i]) != piece(order[i - 1])) ++next;
    numbers[order[i]] = next;
  }
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(before.size());
  return {{numbers.begin(), middle}, {middle, numbers.end()}};
}

// Letters and digits of scripts that have spaces: below U+3000, by the first byte of their UTF-8.
bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool ascii_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  return ascii_letter || (byte >= '0' && byte <= '9') || (byte >= 0x80 && byte < 0xE3);
}

}  // namespace

Pieces split_lines(std::string_view text) {
  Pieces lines;
  lines.reserve(count_lines(text));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

std::size_t count_lines(std::string_view text) {
  const auto breaks = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return text.empty() || text.ends_with('\n') ? breaks : breaks + 1;
}

Pieces split_words(std::string_view text) {
  Pieces words;
  while (!text.empty()) {
    const bool word = is_word_byte(text.front());
    std::size_t end = 1;
    const auto goes_on = [&](char c) {
      return ot::utf8::is_continuation(c) || (word && is_word_byte(c));
    };
    while (end < text.size() && goes_on(text[end])) ++end;
    while (end < text.size() && text[end] == ' ') ++end;
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::vector<LineChange> diff_pieces(const Pieces& before, const Pieces& after) {
  const auto [before_numbers, after_numbers] = number(before, after);
  return diff_lines(before_numbers, after_numbers);
}

}  // namespace cowrite::history
