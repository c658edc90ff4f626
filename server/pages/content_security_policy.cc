#include "server/pages/content_security_policy.h"

#include <array>
#include <cstdio>
#include <random>

#include "server/access/host_and_port.h"

namespace cowrite::pages {

namespace {

// Only a host that parse_host_and_port() accepts may get into the header. It has no form for IPv6
// addresses.
std::string web_socket_sources(std::string_view host) {
  const auto parsed = access::parse_host_and_port(host);
  if (!parsed || parsed->host.find(':') != std::string::npos) return {};
  return " ws://" + to_string(*parsed) + " wss://" + to_string(*parsed);
}

}  // namespace

std::string make_nonce() {
  static thread_local std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(random()));
    nonce += digits.data();
  }
  return nonce;
}

std::string page_policy(std::string_view host, std::string_view nonce,
                        const std::vector<std::string>& ancestors) {
  std::string policy =
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + std::string(nonce) +
      "'; img-src 'self' data:; font-src 'self'; connect-src 'self'" + web_socket_sources(host) +
      "; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors";
  for (const std::string& ancestor : ancestors) policy += " " + ancestor;
  return ancestors.empty() ? policy + " 'none'" : policy;
}

}  // namespace cowrite::pages
