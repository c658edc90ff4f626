#include "server/transport/client_address.h"

#include <algorithm>
#include <charconv>

#include "server/http/errors.h"

namespace cowrite::transport {

namespace ip = boost::asio::ip;

namespace {

ip::address without_mapping(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::array<std::uint8_t, 16> mapped_bytes(const ip::address& address) {
  return (address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4()))
      .to_bytes();
}

std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error || text.find('%') != text.npos) return std::nullopt;
  return without_mapping(address);
}

}  // namespace

std::optional<Network> network_of(const ip::address& address) {
  const ip::address plain = without_mapping(address);
  if (plain.is_loopback()) return std::nullopt;
  Network network{};
  if (plain.is_v4()) {
    const auto bytes = plain.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), network.begin() + 4);
  } else {
    const auto bytes = plain.to_v6().to_bytes();
    std::copy_n(bytes.begin(), network.size(), network.begin());
  }
  return network;
}

// ---- Trusted proxies

std::optional<TrustedProxies::Range> TrustedProxies::parse(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::optional<ip::address> address = parse_address(std::string_view(text).substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned most = address->is_v4() ? 32 : 128;
  unsigned bits = most;
  if (slash < text.size()) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc() || stop != end || bits > most) return std::nullopt;
  }
  return Range{mapped_bytes(*address), bits + (128 - most)};
}

Result<TrustedProxies> TrustedProxies::make(const std::vector<std::string>& texts) {
  TrustedProxies proxies;
  proxies.ranges_.reserve(texts.size());
  for (const std::string& text : texts) {
    if (text == "loopback") {
      proxies.loopback_ = true;
    } else if (const std::optional<Range> range = parse(text)) {
      proxies.ranges_.push_back(*range);
    } else {
      return Error{kErrTrustedProxy, "\"" + text +
                                         "\" is no address of a proxy, as 10.0.0.1 or 10.0.0.0/8, "
                                         "nor loopback"};
    }
  }
  return proxies;
}

bool TrustedProxies::trusts(const ip::address& address) const {
  if (loopback_ && without_mapping(address).is_loopback()) return true;
  const auto bytes = mapped_bytes(address);
  return std::ranges::any_of(ranges_, [&](const Range& range) {
    for (unsigned bit = 0; bit < range.bits; bit += 8) {
      const unsigned left = std::min(range.bits - bit, 8U);
      const auto mask = static_cast<std::uint8_t>(0xFF << (8 - left));
      if (((bytes[bit / 8] ^ range.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
  });
}

// ---- Headers

namespace {

// A step on the way of a request: an address, or a name that hides it.
struct Hop {
  std::optional<ip::address> address;
};

Error malformed(std::string_view header) {
  return {http::kErrRequestMalformed,
          "The header " + std::string(header) + " is not what a proxy writes."};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// Takes the last part off a list whose separator may stand inside quotes.
std::string_view take_last(std::string_view& list, char separator) {
  bool quoted = false;
  for (std::size_t i = list.size(); i > 0; --i) {
    const char c = list[i - 1];
    if (c == '"') quoted = !quoted;
    if (c != separator || quoted) continue;
    const std::string_view last = list.substr(i);
    list = list.substr(0, i - 1);
    return trimmed(last);
  }
  return trimmed(std::exchange(list, {}));
}

// "192.0.2.1", "192.0.2.1:8080", "2001:db8::1", "[2001:db8::1]:8080".
std::optional<ip::address> parse_node(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos || (end + 1 < text.size() && text[end + 1] != ':')) return std::nullopt;
    return parse_address(text.substr(1, end - 1));
  }
  const std::size_t colon = text.find(':');
  if (colon != text.npos && text.find(':', colon + 1) == text.npos) text = text.substr(0, colon);
  return parse_address(text);
}

std::optional<Hop> parse_hop(std::string_view text) {
  if (const auto address = parse_node(text)) return Hop{address};
  return std::nullopt;
}

// "for=192.0.2.1;proto=https", "for=\"[2001:db8::1]:8080\"", "for=_hidden".
std::optional<Hop> parse_forwarded_hop(std::string_view element) {
  while (!element.empty()) {
    const std::string_view pair = take_last(element, ';');
    const std::size_t sign = pair.find('=');
    if (sign == pair.npos || http::to_lower(pair.substr(0, sign)) != "for") continue;
    std::string_view node = pair.substr(sign + 1);
    if (node.size() >= 2 && node.starts_with('"') && node.ends_with('"')) {
      node = node.substr(1, node.size() - 2);
    }
    if (node.starts_with('_') || http::to_lower(node) == "unknown") return Hop{};
    return parse_hop(node);
  }
  return std::nullopt;
}

template <typename Parse>
Result<std::optional<ip::address>> last_client(std::string_view header, std::string_view list,
                                               const TrustedProxies& proxies, Parse parse) {
  std::optional<ip::address> client;
  while (!list.empty()) {
    const std::optional<Hop> hop = parse(take_last(list, ','));
    if (!hop) return malformed(header);
    client = hop->address;
    if (!client || !proxies.trusts(*client)) break;
  }
  return client;
}

}  // namespace

Result<std::optional<ip::address>> forwarded_client(const http::Request& request,
                                                    const TrustedProxies& proxies) {
  const std::string_view standard = request.header("forwarded");
  const std::string_view usual = request.header("x-forwarded-for");
  const auto first = last_client("Forwarded", standard, proxies, parse_forwarded_hop);
  const auto second = last_client("X-Forwarded-For", usual, proxies, parse_hop);
  if (!first) return first.error();
  if (!second) return second.error();
  if (standard.empty()) return *second;
  if (!usual.empty() && *first != *second) {
    return Error{http::kErrRequestMalformed,
                 "The headers Forwarded and X-Forwarded-For name different clients."};
  }
  return *first;
}

// ---- Payers

namespace {

// Steele and others' finalizer of splitmix64, which takes no two numbers to one.
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9U;
  number = (number ^ number >> 27) * 0x94D049BB133111EBU;
  return number ^ number >> 31;
}

}  // namespace

storage::Payer Payers::of(const std::optional<Network>& network, std::uint64_t connection) const {
  if (!network) return storage::Payer{connection};
  std::uint64_t number = 0;
  for (const std::uint8_t byte : *network) number = number << 8 | byte;
  constexpr std::uint64_t kNoConnection = std::uint64_t{1} << 63;
  return storage::Payer{mixed(mixed(number ^ secret_[0]) ^ secret_[1]) | kNoConnection};
}

}  // namespace cowrite::transport
