#include "server/protocol/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "server/protocol/limits.h"

namespace cowrite::protocol {
namespace {

// ---- Halves of surrogate pairs

// The code unit of an escape \uXXXX at `position`; 0 if there is none, which is no surrogate
// either.
unsigned code_unit(std::string_view text, std::size_t position) {
  const std::string_view escape = text.substr(std::min(position, text.size()), 6);
  unsigned unit = 0;
  if (escape.size() < 6 || !escape.starts_with("\\u")) return 0;
  const char* const end = escape.data() + 6;
  return std::from_chars(escape.data() + 2, end, unit, 16).ptr == end ? unit : 0;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

// The text with \ufffd for every escape \ud800 to \udfff that is not half of a pair; nothing if
// there is none. The library refuses such text as if it were no JSON, while its sender deserves an
// answer.
std::optional<std::string> without_halves(std::string_view text) {
  std::string repaired;
  std::size_t copied = 0;  // What of the text stands in `repaired` already.
  std::size_t at = text.find('\\');
  for (std::size_t length = 0; at < text.size(); at = text.find('\\', at + length)) {
    const unsigned unit = code_unit(text, at);
    const bool is_high = is_high_surrogate(unit);
    const bool is_pair = is_high && is_low_surrogate(code_unit(text, at + 6));
    length = is_pair ? 12 : unit > 0 ? 6 : 2;
    if (is_pair || !(is_high || is_low_surrogate(unit))) continue;
    repaired.append(text.substr(copied, at - copied)).append("\\ufffd");
    copied = at + length;
  }
  if (copied == 0) return std::nullopt;
  return repaired.append(text.substr(copied));
}

}  // namespace

// ---- Parsing

// Takes the events of nlohmann/json. Each returns whether to go on.
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
  bool string(std::string_view value) {
    if (!leaves_out()) out_.nodes_.push_back(string_node(value));
    return true;
  }
  bool binary(std::vector<std::uint8_t>& /*value*/) { return false; }  // No JSON text has it.
  bool key(std::string_view name) {
    if (left_out_depth_ > 0) return true;
    ++container().size;
    left_out_name_ = is_full();
    if (!left_out_name_) out_.nodes_.push_back(string_node(name));
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
  // Beyond the values of a message there is room for its own fields, by which it is recognised.
  static constexpr std::size_t kFieldsMax = 64;

  JsonNode& container() { return out_.nodes_[open_[depth_ - 1]]; }

  bool is_full() {
    if (out_.nodes_.size() < kJsonValuesMax) return false;
    out_.fault_ = JsonFault::kTooManyValues;
    return depth_ > 1 || out_.nodes_.size() >= kJsonValuesMax + kFieldsMax;
  }

  // Whether the value that begins has no room: it, or that of whose name there was none, or the one
  // that it is in.
  bool leaves_out() {
    if (left_out_depth_ > 0 || std::exchange(left_out_name_, false)) return true;
    if (depth_ == 0 || container().kind != JsonKind::kArray) return false;
    ++container().size;
    return is_full();
  }

  JsonNode string_node(std::string_view text) {
    const std::size_t begin = out_.strings_.size();
    out_.strings_ += text;
    return {JsonKind::kString, static_cast<std::uint32_t>(text.size()), begin};
  }

  bool add(const JsonNode& node) {
    if (!leaves_out()) out_.nodes_.push_back(node);
    return true;
  }

  bool open(JsonKind kind) {
    if (depth_ + left_out_depth_ == open_.size()) {
      out_.fault_ = JsonFault::kTooDeep;
      return false;
    }
    if (leaves_out()) {
      ++left_out_depth_;
      return true;
    }
    out_.nodes_.push_back({.kind = kind});
    open_[depth_++] = out_.nodes_.size() - 1;
    return true;
  }

  bool close() {
    if (left_out_depth_ > 0) {
      --left_out_depth_;
      return true;
    }
    container().content = out_.nodes_.size() - 1 - open_[depth_ - 1];
    --depth_;
    return true;
  }

  ParsedJson& out_;
  std::array<std::size_t, kJsonDepthMax> open_ = {};  // Where in nodes_ the open ones begin.
  std::size_t depth_ = 0;
  std::size_t left_out_depth_ = 0;  // Of the open ones that have no room, inside those.
  bool left_out_name_ = false;      // The value that follows has none.
};

// ---- Short texts
//
// Most messages are a hundred bytes, and reading them with nlohmann/json is a tenth of what an
// operation costs; simdjson takes a quarter of that. What it refuses is left to nlohmann/json,
// which knows numbers of any length, and so is what may hold half of a surrogate pair, or -0, which
// to simdjson is 0.

namespace {

// Beyond it, simdjson would keep much memory on each thread.
constexpr std::size_t kShortBytes = std::size_t{16} << 10;

class ShortReader {
 public:
  // Nothing if it is no JSON, or none that simdjson takes.
  std::optional<simdjson::dom::element> read(std::string_view text) {
    std::memcpy(padded_.data(), text.data(), text.size());
    simdjson::dom::element root;
    const auto error = parser_.parse(padded_.data(), text.size(), false).get(root);
    return error ? std::nullopt : std::optional(root);
  }

 private:
  simdjson::dom::parser parser_{kShortBytes};
  std::array<char, kShortBytes + simdjson::SIMDJSON_PADDING> padded_ = {};
};

template <typename Recorder>
bool record(const simdjson::dom::element& value, Recorder& recorder) {
  using simdjson::dom::element_type;
  switch (value.type()) {
    case element_type::OBJECT:
      if (!recorder.start_object(0)) return false;
      for (const auto& [name, field] : simdjson::dom::object(value)) {
        if (!recorder.key(name) || !record(field, recorder)) return false;
      }
      return recorder.end_object();
    case element_type::ARRAY:
      if (!recorder.start_array(0)) return false;
      for (const simdjson::dom::element element : simdjson::dom::array(value)) {
        if (!record(element, recorder)) return false;
      }
      return recorder.end_array();
    case element_type::STRING:
      return recorder.string(std::string_view(value));
    case element_type::UINT64:
      return recorder.number_unsigned(std::uint64_t(value));
    case element_type::INT64: {
      const auto number = std::int64_t(value);
      return number < 0 ? recorder.number_integer(number)
                        : recorder.number_unsigned(static_cast<std::uint64_t>(number));
    }
    case element_type::DOUBLE:
      return recorder.number_float(double(value), {});
    case element_type::BOOL:
      return recorder.boolean(bool(value));
    case element_type::NULL_VALUE:
      return recorder.null();
  }
  return false;
}

}  // namespace

bool ParsedJson::parse_short(std::string_view text) {
  if (text.size() > kShortBytes) return false;
  if (text.find("\\u") != text.npos || text.find("-0") != text.npos) return false;
  thread_local ShortReader reader;
  const std::optional<simdjson::dom::element> root = reader.read(text);
  if (!root) return false;
  begin(text);
  Recorder recorder(*this);
  record(*root, recorder);
  return true;
}

ParsedJson::ParsedJson(std::string_view text) {
  if (parse_short(text)) return;
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    fault_ = JsonFault::kNotJson;
    return;
  }
  parse(text);
  if (fault_ != JsonFault::kNotJson) return;
  if (const std::optional<std::string> repaired = without_halves(text)) {
    fault_ = JsonFault::kLoneSurrogate;
    parse(*repaired);
  }
}

void ParsedJson::begin(std::string_view text) {
  nodes_.clear();
  nodes_.reserve(32);
  strings_.clear();
  strings_.reserve(text.size());  // No string is longer than what stood for it.
}

void ParsedJson::parse(std::string_view text) {
  begin(text);
  Recorder recorder(*this);
  nlohmann::json::sax_parse(text.begin(), text.end(), &recorder);
}

JsonValue ParsedJson::root() const {
  if (fault_ == JsonFault::kNotJson || fault_ == JsonFault::kTooDeep) return {};
  return {nodes_.data(), strings_.data()};
}

}  // namespace cowrite::protocol
