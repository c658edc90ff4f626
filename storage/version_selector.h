// VersionSelector: which version of a document is meant: the newest, one by its number, or the one
// that was there at a time.
//
// As text, in a URL or on a command line, digits are a version and anything else is a time
// (timestamp.h): `12`, `2026-11-20T06:11:00Z`, `2026-11-20`. The newest has no text: one leaves the
// selector out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "ot/base/result.h"

namespace cowrite::storage {

inline constexpr std::string_view kErrSelectorInvalid = "ERR_VERSION_SELECTOR_INVALID";

struct Newest {
  friend bool operator==(const Newest&, const Newest&) = default;
};
struct AtVersion {
  std::uint64_t version = 0;
  friend bool operator==(const AtVersion&, const AtVersion&) = default;
};
struct AtTime {
  std::int64_t time_ms = 0;  // Unix time.
  friend bool operator==(const AtTime&, const AtTime&) = default;
};
using VersionSelector = std::variant<Newest, AtVersion, AtTime>;

// Fails with kErrSelectorInvalid.
[[nodiscard]] Result<VersionSelector> parse_version_selector(std::string_view text);

// The way back. REQUIRES: the selector is not Newest.
[[nodiscard]] std::string to_text(const VersionSelector& selector);

// A whole number as a version is written: decimal digits and nothing else. Fails with
// kErrSelectorInvalid.
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view text);

}  // namespace cowrite::storage
