// decode: turns the JSON text that a client sent into a typed message, or says what is wrong with
// it.
//
// Everything is checked here once: nesting depth, field kinds, integer ranges, id lengths, the
// shape and size of operations. Texts are valid UTF-8; lone surrogates are refused, never replaced,
// since the sender would keep them and diverge.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "ot/base/result.h"
#include "server/protocol/message.h"

namespace cowrite::protocol {

// Not a message at all (not JSON, not an object, nested too deeply): the connection is closed.
struct NotAMessage {
  std::string reason;
};

// A message with a fault. It is answered with `reply`: the error, and the fields by which the
// client recognises its request, as far as they have a reasonable length.
struct Refused {
  Error error;
  std::string reply;
};

using Decoded = std::variant<Message, Refused, NotAMessage>;

// REQUIRES: text is valid UTF-8.
[[nodiscard]] Decoded decode(std::string_view text);

}  // namespace cowrite::protocol
