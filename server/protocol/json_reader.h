// ParsedJson: JSON text parsed once into a flat list of nodes, into which JsonValues point.
//
//     const ParsedJson message(R"({"v":3,"op":[1,"x"]})");
//     message.root()["v"].integer();  // 3
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/protocol/json_value.h"

namespace cowrite::protocol {

enum class JsonFault : std::uint8_t {
  kNotJson,        // Or not in UTF-8.
  kTooDeep,        // Nested more than kJsonDepthMax (limits.h) deep.
  kLoneSurrogate,  // Some string holds half of a surrogate pair.
};

class ParsedJson {
 public:
  explicit ParsedJson(std::string_view text);
  ParsedJson(const ParsedJson&) = delete;  // Values point into it.
  ParsedJson& operator=(const ParsedJson&) = delete;

  [[nodiscard]] std::optional<JsonFault> fault() const { return fault_; }
  // Null if there is a fault; but with kLoneSurrogate, all that was sent, U+FFFD for each half.
  [[nodiscard]] JsonValue root() const;

 private:
  class Recorder;

  void parse(std::string_view text);

  std::vector<JsonNode> nodes_;
  std::string strings_;  // All strings, one after the other.
  std::optional<JsonFault> fault_;
};

}  // namespace cowrite::protocol
