// Varints: unsigned integers of 64 bits in one to ten bytes, seven bits each, lowest first; the top
// bit says that another byte follows. Each number has one encoding, the shortest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cowrite::ot {

void put_varint(std::uint64_t value, std::string& out);

// Takes a varint from the front of `in`. Absent, with `in` as it was, if it is cut off, longer than
// needed or over 64 bits.
[[nodiscard]] std::optional<std::uint64_t> take_varint(std::string_view& in);

}  // namespace cowrite::ot
