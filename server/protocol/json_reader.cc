#include "server/protocol/json_reader.h"

#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>

#include "server/protocol/json_repair.h"
#include "server/protocol/limits.h"

namespace cowrite::protocol {

// Takes the library's events. Each returns whether to go on.
class ParsedJson::Recorder {
 public:
  explicit Recorder(ParsedJson& out) : out_(out) {}

  // The names are the library's.
  bool null() { return add({}); }
  bool boolean(bool value) { return add({.kind = JsonKind::kBoolean, .content = value ? 1U : 0U}); }
  bool number_unsigned(std::uint64_t value) {
    return add({.kind = JsonKind::kUnsigned, .content = value});
  }
  bool number_integer(std::int64_t value) {
    return add({.kind = JsonKind::kSigned, .content = std::bit_cast<std::uint64_t>(value)});
  }
  bool number_float(double value, const std::string& /*text*/) {
    return add({.kind = JsonKind::kFraction, .content = std::bit_cast<std::uint64_t>(value)});
  }
  bool string(std::string& value) { return add(string_node(value)); }
  bool binary(std::vector<std::uint8_t>& /*value*/) { return false; }  // No JSON text has it.
  bool key(std::string& name) {
    ++container().size;
    out_.nodes_.push_back(string_node(name));
    return true;
  }
  bool start_object(std::size_t /*size*/) { return open(JsonKind::kObject); }
  bool start_array(std::size_t /*size*/) { return open(JsonKind::kArray); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) {
    out_.fault_ = JsonFault::kNotJson;
    return false;
  }

 private:
  JsonNode& container() { return out_.nodes_[open_[depth_ - 1]]; }

  JsonNode string_node(std::string_view text) {
    const std::size_t begin = out_.strings_.size();
    out_.strings_ += text;
    return {JsonKind::kString, static_cast<std::uint32_t>(text.size()), begin};
  }

  bool add(const JsonNode& node) {
    if (depth_ > 0 && container().kind == JsonKind::kArray) ++container().size;
    out_.nodes_.push_back(node);
    return true;
  }

  bool open(JsonKind kind) {
    if (depth_ == open_.size()) {
      out_.fault_ = JsonFault::kTooDeep;
      return false;
    }
    add({.kind = kind});
    open_[depth_++] = out_.nodes_.size() - 1;
    return true;
  }

  bool close() {
    container().content = out_.nodes_.size() - 1 - open_[depth_ - 1];
    --depth_;
    return true;
  }

  ParsedJson& out_;
  std::array<std::size_t, kJsonDepthMax> open_ = {};  // Where the arrays and objects around begin.
  std::size_t depth_ = 0;
};

ParsedJson::ParsedJson(std::string_view text) {
  parse(text);
  if (fault_ != JsonFault::kNotJson) return;
  const std::optional<std::string> repaired = repair_surrogates(text);
  if (!repaired) return;
  parse(*repaired);
  if (!fault_) fault_ = JsonFault::kLoneSurrogate;
}

void ParsedJson::parse(std::string_view text) {
  nodes_.clear();
  nodes_.reserve(32);
  strings_.clear();
  fault_.reset();
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    fault_ = JsonFault::kNotJson;
    return;
  }
  strings_.reserve(text.size());  // No string is longer than what stood for it.
  Recorder recorder(*this);
  nlohmann::json::sax_parse(text.begin(), text.end(), &recorder);
}

JsonValue ParsedJson::root() const {
  if (fault_ && fault_ != JsonFault::kLoneSurrogate) return {};
  return {nodes_.data(), strings_.data()};
}

}  // namespace cowrite::protocol
