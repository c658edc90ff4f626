#include "server/config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace cowrite::config {

// The parser asserts what it believes of a file, and is wrong about "[[[".
struct ParserAssertionFailed {};
constexpr void expect(bool holds) {
  if (!holds) throw ParserAssertionFailed();
}

}  // namespace cowrite::config

#define TOML_ASSERT(expression) ::cowrite::config::expect(static_cast<bool>(expression))
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace cowrite::config {
namespace {

// "cowrite.toml:3"
std::string place(const std::string& path, const toml::source_region& source) {
  return path + ":" + std::to_string(source.begin.line);
}

// A value's text; absent for what no option takes.
std::optional<std::string> text_of(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return std::to_string(number->get());
  return std::nullopt;
}

// The elements with commas between them; the same grammar as in a flag finds an empty one.
Result<std::string> text_of(const toml::array& list, const std::string& origin) {
  std::string text;
  for (const toml::node& element : list) {
    const std::optional<std::string> part = text_of(element);
    if (!part) return Error{kErrConfigFile, origin + ": a list has texts, in quotes"};
    if (part->find(',') != part->npos || part->empty()) {
      return Error{kErrConfigFile, origin + ": \"" + *part + "\" is not one element of a list"};
    }
    if (!text.empty()) text += ',';
    text += *part;
  }
  return text;
}

Result<Setting> setting(std::string key, const toml::node& value, const std::string& origin) {
  if (const auto* list = value.as_array()) {
    Result<std::string> text = text_of(*list, origin);
    if (!text) return text.error();
    return Setting{std::move(key), *std::move(text), origin};
  }
  if (value.is_table()) return Error{kErrConfigFile, origin + ": there are no tables"};
  std::optional<std::string> text = text_of(value);
  if (!text) {
    return Error{kErrConfigFile,
                 origin + ": a value is a text in quotes, a whole number, or a list"};
  }
  return Setting{std::move(key), *std::move(text), origin};
}

// Absent if the parser gave up.
std::optional<toml::parse_result> parse(std::string_view text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const ParserAssertionFailed&) {
    return std::nullopt;
  }
}

// The line at which the parser gives up.
Error not_toml(std::string_view text, const std::string& path) {
  std::size_t line = 1;
  std::size_t end = text.find('\n');
  while (end != std::string_view::npos && parse(text.substr(0, end), path)) {
    line += 1;
    end = text.find('\n', end + 1);
  }
  return {kErrConfigFile, path + ":" + std::to_string(line) + ": this is not TOML"};
}

Error cannot_read(const std::string& path, int reason) {
  return {kErrConfigFile, path + ": " + std::generic_category().message(reason)};
}

}  // namespace

Result<std::vector<Setting>> read_config_file(const std::string& path) {
  std::error_code unknown;  // A file that is not there is told of below.
  if (const auto kind = std::filesystem::status(path, unknown).type();
      kind == std::filesystem::file_type::fifo || kind == std::filesystem::file_type::socket) {
    return Error{kErrConfigFile, path + ": it is no file, and might never end"};
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return cannot_read(path, errno);
  std::string text(kConfigFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (errno == EISDIR && file.gcount() == 0)) return cannot_read(path, errno);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kConfigFileBytesMax) {
    return Error{kErrConfigFile, path + ": it is too large for a configuration file"};
  }
  return parse_config(text, path);
}

Result<std::vector<Setting>> parse_config(std::string_view text, const std::string& path) {
  const std::optional<toml::parse_result> tried = parse(text, path);
  if (!tried) return not_toml(text, path);
  const toml::parse_result& parsed = *tried;
  if (!parsed) {
    return Error{kErrConfigFile, place(path, parsed.error().source()) + ": " +
                                     std::string(parsed.error().description())};
  }
  std::vector<std::pair<std::uint32_t, Setting>> by_line;
  for (const auto& [key, value] : parsed.table()) {
    // A sub-table written with a dotted key has no line of its own, but its key has.
    const std::string origin = place(path, key.source()) + ": " + std::string(key.str());
    Result<Setting> found = setting(std::string(key.str()), value, origin);
    if (!found) return found.error();
    by_line.emplace_back(key.source().begin.line, *std::move(found));
  }
  std::ranges::stable_sort(by_line, {}, &std::pair<std::uint32_t, Setting>::first);
  std::vector<Setting> settings;
  settings.reserve(by_line.size());
  for (auto& [line, found] : by_line) settings.push_back(std::move(found));
  return settings;
}

}  // namespace cowrite::config
