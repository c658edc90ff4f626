// What stands in JSON where it cannot stand: halves of surrogate pairs, as JavaScript writes them,
// and bytes that are not UTF-8, in names that may be any bytes. Both become U+FFFD.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cowrite::protocol {

// JSON text with \ufffd for every escape \ud800 to \udfff that is not half of a pair; nothing if
// there is none. Parsers refuse such text as if it were no JSON, while its sender deserves an
// answer.
[[nodiscard]] std::optional<std::string> repair_surrogates(std::string_view json);

// The text itself if it is valid UTF-8. Else with U+FFFD for each beginning of a code point that
// does not go on as one (the Unicode Standard's "maximal subpart") and for every other stray byte.
[[nodiscard]] std::string repair_utf8(std::string text);

}  // namespace cowrite::protocol
