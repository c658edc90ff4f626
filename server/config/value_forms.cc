#include "server/config/value_forms.h"

#include <algorithm>
#include <charconv>

#include "storage/limits.h"

namespace cowrite::config {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view kUnits = "KMGT";
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || end - stop > 1) return std::nullopt;
  std::size_t shift = 0;
  if (stop != end) {
    const std::size_t unit = kUnits.find(*stop);
    if (unit == std::string_view::npos) return std::nullopt;
    shift = 10 * (unit + 1);
  }
  if (number > storage::kIntegerMax >> shift) return std::nullopt;
  return number << shift;
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + "M"; }

std::optional<std::vector<std::string>> parse_list(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string> list;
  if (text.find_first_not_of(kBlanks) == text.npos) return list;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string_view element = text.substr(begin, end - begin);
    element.remove_prefix(std::min(element.find_first_not_of(kBlanks), element.size()));
    element = element.substr(0, element.find_last_not_of(kBlanks) + 1);
    if (element.empty()) return std::nullopt;
    list.emplace_back(element);
    begin = end + 1;
  }
  return list;
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  HostPort address{std::string(text.substr(0, colon)), 0};
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || stop != end || address.host.empty()) return std::nullopt;
  return address;
}

std::optional<std::string> parse_base_path(std::string text) {
  constexpr std::string_view kOthers = "-_.~/";
  const auto is_plain = [&](char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
           kOthers.find(c) != kOthers.npos;
  };
  if (!text.starts_with('/') || !std::ranges::all_of(text, is_plain)) return std::nullopt;
  if (!text.ends_with('/')) text += '/';
  for (const std::string_view wrong : {"//", "/./", "/../"}) {
    if (text.find(wrong) != std::string::npos) return std::nullopt;
  }
  text.pop_back();
  return text;
}

}  // namespace cowrite::config
