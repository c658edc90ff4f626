#include "server/transport/preamble.h"

#include <algorithm>
#include <array>
#include <string>

#include "server/transport/limits.h"

namespace cowrite::transport {

namespace ip = boost::asio::ip;
using Verdict = Preamble::Verdict;

namespace {

constexpr std::string_view kTextMark = "PROXY ";
constexpr std::size_t kTextBytesMax = 107;  // With its line break.
constexpr std::string_view kBinaryMark{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kBinaryHeadBytes = 16;

bool is_beginning(std::string_view stream, std::string_view mark) {
  return stream.substr(0, mark.size()) == mark.substr(0, stream.size());
}

// "PROXY TCP4 203.0.113.5 10.0.0.1 4711 80\r\n", "PROXY UNKNOWN\r\n".
Preamble read_text(std::string_view stream) {
  const std::size_t end = stream.substr(0, kTextBytesMax).find("\r\n");
  if (end == stream.npos) {
    return {stream.size() < kTextBytesMax ? Verdict::kUndecided : Verdict::kMalformed, 0, {}};
  }
  std::string_view line = stream.substr(kTextMark.size(), end - kTextMark.size());
  const auto word = [&line] {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view first = line.substr(0, space);
    line.remove_prefix(std::min(space + 1, line.size()));
    return first;
  };
  const std::string_view family = word();
  if (family == "UNKNOWN") return {Verdict::kWhole, end + 2, {}};
  boost::system::error_code error;
  const ip::address client = ip::make_address(word(), error);
  const bool fits = family == (client.is_v4() ? "TCP4" : "TCP6");
  if (error || !fits) return {Verdict::kMalformed, 0, {}};
  return {Verdict::kWhole, end + 2, client};
}

template <typename Address>
ip::address address_of(std::string_view bytes) {
  typename Address::bytes_type address;
  std::copy_n(bytes.begin(), address.size(), reinterpret_cast<char*>(address.data()));
  return Address(address);
}

Preamble read_binary(std::string_view stream) {
  if (stream.size() < kBinaryHeadBytes) return {};
  const auto byte = [stream](std::size_t at) { return static_cast<std::uint8_t>(stream[at]); };
  const std::size_t length = std::size_t{byte(14)} << 8 | byte(15);
  const std::size_t whole = kBinaryHeadBytes + length;
  constexpr std::uint8_t kLocal = 0x20;  // Of the proxy itself, as to see if we are well.
  constexpr std::uint8_t kProxied = 0x21;
  if ((byte(12) != kLocal && byte(12) != kProxied) || whole > kReadBufferBytes) {
    return {Verdict::kMalformed, 0, {}};
  }
  if (stream.size() < whole) return {};
  if (byte(12) == kLocal) return {Verdict::kWhole, whole, {}};
  constexpr std::uint8_t kTcp4 = 0x11;
  constexpr std::uint8_t kTcp6 = 0x21;
  const std::string_view addresses = stream.substr(kBinaryHeadBytes, length);
  if (byte(13) == kTcp4 && length >= 12) {
    return {Verdict::kWhole, whole, address_of<ip::address_v4>(addresses)};
  }
  if (byte(13) == kTcp6 && length >= 36) {
    return {Verdict::kWhole, whole, address_of<ip::address_v6>(addresses)};
  }
  const bool unspecified = byte(13) != kTcp4 && byte(13) != kTcp6;
  return {unspecified ? Verdict::kWhole : Verdict::kMalformed, whole, {}};
}

}  // namespace

Preamble read_preamble(std::string_view stream) {
  for (const std::string_view mark : {kTextMark, kBinaryMark}) {
    if (!is_beginning(stream, mark)) continue;
    if (stream.size() < mark.size()) return {};
    return mark == kTextMark ? read_text(stream) : read_binary(stream);
  }
  return {Verdict::kNone, 0, {}};
}

}  // namespace cowrite::transport
