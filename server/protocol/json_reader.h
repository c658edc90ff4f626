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
  kTooManyValues,  // More than kJsonValuesMax (limits.h).
};

class ParsedJson {
 public:
  explicit ParsedJson(std::string_view text);
  ParsedJson(const ParsedJson&) = delete;  // Values point into it.
  ParsedJson& operator=(const ParsedJson&) = delete;

  [[nodiscard]] std::optional<JsonFault> fault() const { return fault_; }
  // Null if there is a fault. But with kLoneSurrogate, all that was sent, U+FFFD for each half;
  // with kTooManyValues, what came first, and the fields of an object that came later: arrays and
  // objects in it have the size() that was sent and lack what did not fit.
  [[nodiscard]] JsonValue root() const;

 private:
  class Recorder;

  void begin(std::string_view text);
  // False if it is left to parse().
  bool parse_short(std::string_view text);
  void parse(std::string_view text);

  std::vector<JsonNode> nodes_;
  std::string strings_;  // All strings, one after the other.
  std::optional<JsonFault> fault_;
};

}  // namespace cowrite::protocol
