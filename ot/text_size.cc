#include "ot/text_size.h"

#include <algorithm>
#include <cstddef>

#include "ot/utf8.h"
#include "ot/utf8_words.h"

namespace cowrite::ot {

namespace {

// The size of `words` whole words at `at`. REQUIRES: words <= kWordsPerSum.
TextSize measure_words(const char* at, std::size_t words) {
  std::uint64_t leads = 0;
  std::uint64_t leads_of_four = 0;
  std::uint64_t newlines = 0;
  for (std::size_t index = 0; index < words; ++index) {
    const std::uint64_t word = utf8::load_word(at + index * utf8::kWordBytes);
    leads += utf8::leads(word);
    leads_of_four += utf8::leads_of_four(word);
    newlines += utf8::newlines(word);
  }
  TextSize size;
  size.bytes = static_cast<std::uint32_t>(words * utf8::kWordBytes);
  size.code_points = static_cast<std::uint32_t>(utf8::sum(leads));
  size.utf16_units = size.code_points + static_cast<std::uint32_t>(utf8::sum(leads_of_four));
  size.newlines = static_cast<std::uint32_t>(utf8::sum(newlines));
  return size;
}

}  // namespace

TextSize measure(std::string_view text) {
  TextSize size;
  while (text.size() >= utf8::kWordBytes) {
    const std::size_t words = std::min(text.size() / utf8::kWordBytes, utf8::kWordsPerSum);
    size += measure_words(text.data(), words);
    text.remove_prefix(words * utf8::kWordBytes);
  }
  for (const char byte : text) {
    const std::uint32_t leads = utf8::is_continuation(byte) ? 0 : 1;
    const std::uint32_t leads_of_four = static_cast<unsigned char>(byte) >= 0xF0U ? 1 : 0;
    size += {1, leads, leads + leads_of_four, byte == '\n' ? 1U : 0U};
  }
  return size;
}

}  // namespace cowrite::ot
