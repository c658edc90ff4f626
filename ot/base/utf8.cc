#include "ot/base/utf8.h"

#include <algorithm>

#include "ot/base/utf8_words.h"

namespace cowrite::ot::utf8 {

namespace {

// Eight words: enough that adding them up outweighs the multiplication that ends it.
constexpr std::size_t kBlockBytes = 8 * kWordBytes;

std::size_t leads_in_block(const char* at) {
  std::uint64_t found = 0;
  for (std::size_t index = 0; index < 8; ++index) {
    found += leads(load_word(at + index * kWordBytes));
  }
  return sum(found);
}

bool is_between(char byte, unsigned low, unsigned high) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= low && value <= high;
}

// Bytes of the code point that begins the text, 0 if none validly does. REQUIRES: not empty.
// The table of well-formed sequences is that of the Unicode Standard (table 3-7).
std::size_t length_of_first(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(text[1], low, high)) return 0;
  const std::string_view others = text.substr(2, length - 2);
  return std::all_of(others.begin(), others.end(), is_continuation) ? length : 0;
}

}  // namespace

bool is_valid(std::string_view bytes) {
  while (!bytes.empty()) {
    if (bytes.size() >= kWordBytes && is_ascii(load_word(bytes.data()))) {
      bytes.remove_prefix(kWordBytes);
      continue;
    }
    const std::size_t length = length_of_first(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  const char* at = text.data();
  for (std::size_t words = text.size() / kWordBytes; words > 0;) {
    const std::size_t batch = std::min(words, kWordsPerSum);
    std::uint64_t begun = 0;
    for (std::size_t index = 0; index < batch; ++index, at += kWordBytes) {
      begun += leads(load_word(at));
    }
    count += sum(begun);
    words -= batch;
  }
  for (; at != text.data() + text.size(); ++at) count += is_continuation(*at) ? 0U : 1U;
  return count;
}

std::size_t byte_offset(std::string_view text, std::size_t code_points) {
  std::size_t offset = 0;
  while (text.size() - offset >= kBlockBytes) {
    const std::size_t in_block = leads_in_block(text.data() + offset);
    if (in_block > code_points) break;
    code_points -= in_block;
    offset += kBlockBytes;
  }
  while (text.size() - offset >= kWordBytes) {
    const std::size_t in_word = sum(leads(load_word(text.data() + offset)));
    if (in_word > code_points) break;
    code_points -= in_word;
    offset += kWordBytes;
  }
  for (; offset < text.size(); ++offset) {
    if (is_continuation(text[offset])) continue;
    if (code_points == 0) break;
    --code_points;
  }
  return offset;
}

std::size_t byte_offset_from_end(std::string_view text, std::size_t code_points) {
  std::size_t offset = text.size();
  while (offset >= kBlockBytes) {
    // A block that begins inside a code point is not where one begins: so never take all from it.
    const std::size_t in_block = leads_in_block(text.data() + offset - kBlockBytes);
    if (in_block >= code_points) break;
    code_points -= in_block;
    offset -= kBlockBytes;
  }
  while (code_points > 0) {
    --offset;
    if (!is_continuation(text[offset])) --code_points;
  }
  return offset;
}

std::size_t byte_offset_of_utf16(std::string_view text, std::size_t units) {
  std::size_t offset = 0;
  while (text.size() - offset >= kWordBytes) {
    const std::uint64_t word = load_word(text.data() + offset);
    const std::size_t in_word = sum(leads(word) + leads_of_four(word));
    if (in_word > units) break;
    units -= in_word;
    offset += kWordBytes;
  }
  for (; offset < text.size(); ++offset) {
    if (is_continuation(text[offset])) continue;
    const std::size_t width = static_cast<unsigned char>(text[offset]) >= 0xF0U ? 2 : 1;
    if (width > units) break;
    units -= width;
  }
  return offset;
}

}  // namespace cowrite::ot::utf8
