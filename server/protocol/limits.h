// The limits of single messages, each with its reason. Sizes are bytes unless the name says
// otherwise. What a document may be stands in storage/limits.h.
#pragma once

#include <cstddef>

#include "storage/limits.h"

namespace cowrite::protocol {

// One operation in its JSON form. Smaller than a message, so that an oversized operation gets an
// error reply instead of a closed socket, after which the client would only send it again.
inline constexpr std::size_t kOperationBytesMax = std::size_t{6} << 20;

// Deeper JSON than any message of ours needs; recursion over it stays harmless.
inline constexpr std::size_t kJsonDepthMax = 16;

// Values and names in one message: the largest operation with all components being objects, and
// what stands beside it. Each takes 16 bytes while the message is read.
inline constexpr std::size_t kJsonValuesMax = std::size_t{1} << 20;
static_assert(3 * storage::kOperationComponentsMax < kJsonValuesMax);

// A field of a request as its refusal repeats it, by which the client recognises the request; a
// longer one is left out. Bulk requests are recognised by their list, which has the second limit:
// as many documents as one may name, with long ids.
inline constexpr std::size_t kEchoBytesMax = std::size_t{4} << 10;
inline constexpr std::size_t kEchoBulkBytesMax = std::size_t{512} << 10;

// A document's presence channel is its collection and id joined by a dot.
inline constexpr std::size_t kChannelBytesMax = 2 * storage::kIdBytesMax + 1;

// A cursor with a name and a colour; a presence is sent to everybody at every move.
inline constexpr std::size_t kPresenceBytesMax = std::size_t{16} << 10;

// Documents that one connection follows, and that one bulk request may name.
inline constexpr std::size_t kSubscriptionsPerConnectionMax = 1'024;

// A message with a document in it goes out in pieces of this size: few enough of them that each
// costs little beside its bytes, and small enough that a thousand connections may each have one
// waiting. Making one takes a tenth of a millisecond at most.
inline constexpr std::size_t kPieceBytes = std::size_t{32} << 10;
inline constexpr std::size_t kPieceBytesOver = std::size_t{8} << 10;

// Code points that are looked up in a rope at a time: the looking up then costs nothing beside the
// copying, and a piece is not much longer than it should be.
inline constexpr std::size_t kTextStep = 1'024;

// A text up to this size is one piece, whatever it is made of: a byte takes six in JSON at most.
inline constexpr std::size_t kTextBytesOfPiece = kPieceBytes / 8;

// A text longer than this is made into JSON where that holds up nobody, ahead of whoever is sent
// it: so many pieces at a time that handing them over costs nothing beside making them.
inline constexpr std::size_t kTextMadeApartBytes = std::size_t{256} << 10;
inline constexpr std::size_t kPiecesMadeAtOnce = 8;

// A page of a query: its documents, and their texts in all, of which one alone may be as long as a
// document. The documents that are looked at for it, deleted ones too, take a reader thread
// milliseconds.
inline constexpr std::size_t kQueryDocumentsMax = 100;
inline constexpr std::size_t kQueryBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kQueryLooksMax = 1'000;

}  // namespace cowrite::protocol
