// Stored operations: any bytes are refused, or are the one encoding of an operation.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ot/base/check.h"
#include "ot/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view rest = bytes;
  const auto operation = cowrite::ot::decode(rest);
  if (!operation.has_value()) return 0;
  std::string again;
  cowrite::ot::encode(*operation, again);
  CHECK(again == bytes.substr(0, bytes.size() - rest.size()));
  return 0;
}
