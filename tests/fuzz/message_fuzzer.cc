// What a client may send: any text is a message, is refused with a reply, or is no message at all.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ot/utf8.h"
#include "server/protocol/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (cowrite::ot::utf8::is_valid(text)) (void)cowrite::server::decode(text);
  return 0;
}
