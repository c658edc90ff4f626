// What a client may send: any text is a message, is refused with a reply, or is no message at all.
// The operation of a message is read back as it was from the JSON that others get.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>

#include "ot/base/check.h"
#include "ot/base/utf8.h"
#include "server/protocol/decode.h"
#include "server/protocol/operation_json.h"

namespace {

namespace protocol = cowrite::protocol;

void check_operation(const cowrite::ot::Operation& operation) {
  const auto again = protocol::parse_operation(protocol::to_json(operation));
  CHECK(again.has_value() && *again == operation);
}

void check_message(const protocol::Message& message) {
  const auto* submit = std::get_if<protocol::Submit>(&message);
  if (submit == nullptr) return;
  if (const auto* edit = std::get_if<cowrite::storage::Edit>(&submit->change)) {
    check_operation(edit->operation);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!cowrite::ot::utf8::is_valid(text)) return 0;
  const protocol::Decoded decoded = protocol::decode(text);
  if (const auto* message = std::get_if<protocol::Message>(&decoded)) check_message(*message);
  if (const auto* refused = std::get_if<protocol::Refused>(&decoded)) {
    CHECK(nlohmann::json::parse(refused->reply).is_object());
  }
  return 0;
}
