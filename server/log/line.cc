#include "server/log/line.h"

#include <algorithm>
#include <limits>

#include "ot/base/printable.h"
#include "ot/base/utf8.h"
#include "server/protocol/json_writer.h"

namespace cowrite::log {
namespace {

constexpr std::string_view kCut = "…";

std::string cut(std::string_view text) {
  if (text.size() <= kValueBytesMax) return std::string(text);
  const std::size_t end = ot::utf8::floor_boundary(text, kValueBytesMax - kCut.size());
  return std::string(text.substr(0, end)) + std::string(kCut);
}

// Whether a value needs no quotes to be told from what stands around it.
bool is_plain(std::string_view text) {
  constexpr std::string_view kOthers = "-_./:@+,~%*[]";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
           kOthers.find(c) != kOthers.npos;
  });
}

std::string shown(std::string_view text) {
  const std::string value = cut(text);
  return is_plain(value) ? value : ot::quoted(value, std::numeric_limits<std::size_t>::max());
}

}  // namespace

std::string text_line(std::string_view message, Fields fields) {
  std::string line = ot::printable(cut(message));
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      line += shown(*text);
    } else {
      line += std::to_string(std::get<std::uint64_t>(field.value));
    }
  }
  return line;
}

std::string json_fields(std::string_view message, Fields fields) {
  protocol::JsonWriter json;
  json.text("message", cut(message));
  for (const Field& field : fields) {
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      json.text(field.key, cut(*text));
    } else {
      json.integer(field.key, std::get<std::uint64_t>(field.value));
    }
  }
  return json.take();
}

}  // namespace cowrite::log
