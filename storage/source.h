// A source is where operations come from: one client, through all of its connections. Their id is
// between the client and its server; whoever knows it can submit in the client's name. Everybody
// else (the log, other clients, HTTP) knows the source by a name from which nobody can tell the id.
#pragma once

#include <string>
#include <string_view>

namespace cowrite::storage {

// The first 16 bytes of SHA-256(principal, 0x00, id), in hexadecimal. Without authentication the
// principal is empty.
[[nodiscard]] std::string source_of(std::string_view principal, std::string_view id);

}  // namespace cowrite::storage
