// Every limit of the server, each with its reason. Sizes are bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cowrite::server {

// One WebSocket message. A text of 4 MiB must pass in one message, also with its quotes and line breaks escaped.
inline constexpr std::size_t kMessageBytesMax = std::size_t{8} << 20;

// One operation in its JSON form. Smaller than a message, so that an oversized operation gets an error reply instead of a closed
// socket, after which the client would only send it again.
inline constexpr std::size_t kOperationBytesMax = std::size_t{6} << 20;
inline constexpr std::size_t kOperationComponentsMax = 262'144;

// The text of one document: a browser edits it, and every new subscriber is sent all of it.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{16} << 20;

// Collections, document ids, sources, channels' parts, presence ids and names are keys, not content.
inline constexpr std::size_t kIdBytesMax = 256;

// Deeper JSON than any message of ours needs; recursion over it stays harmless.
inline constexpr std::size_t kJsonDepthMax = 16;

// Integers that JavaScript can hold exactly.
inline constexpr std::uint64_t kIntegerMax = (std::uint64_t{1} << 53) - 1;

inline constexpr std::size_t kSubscriptionsPerConnectionMax = 1'024;

}  // namespace cowrite::server
