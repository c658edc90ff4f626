// The limits of the HTTP API, each with its reason. Sizes are bytes unless the name says otherwise.
// What one answer may hold stands in history/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/history/limits.h"

namespace cowrite::http {

// The body of a request: records that an operator imports, one of which may be as large as a
// WebSocket message. Its head may have 16,000 bytes (websocketpp's constant).
inline constexpr std::size_t kBodyBytesMax = std::size_t{8} << 20;

// What a byte of such a body takes until its records are written: itself, and the records, which
// are a few times as long in memory.
inline constexpr std::size_t kImportBytesPerByte = 4;

// Requests that wait for a reader of the log or are being answered, of all clients and of each: one
// that waits holds its head, and those that are being answered are fewer than the readers. The
// first of a client always fits.
inline constexpr std::size_t kRequestsMax = 256;
inline constexpr std::size_t kRequestsPerPayerMax = 32;

// What a page holds, unless the request says otherwise.
inline constexpr std::size_t kPageDocumentsDefault = 100;
inline constexpr std::size_t kPageGroupsDefault = 100;

// A request may wait so long for the next record: less than the transport waits for an answer, and
// than proxies commonly do.
inline constexpr std::uint64_t kWaitSecondsMax = 30;

// Requests that wait for a record, of all clients and of each; a request holds a connection and
// little else. The first of a client always fits.
inline constexpr std::size_t kWaitersMax = 256;
inline constexpr std::size_t kWaitersPerPayerMax = 64;

// How often the log is asked for what they wait for, while anybody waits.
inline constexpr std::chrono::milliseconds kLongPollInterval{100};

// How long a browser may take what can never change from its own cache: a reload of the page costs
// nothing, and what is erased or restored on the server is gone from there soon, too.
inline constexpr std::chrono::seconds kCacheLifetime{3'600};

// The operator's requests are answered within this time, if only with "not yet": for the reason of
// kWaitSecondsMax.
inline constexpr std::chrono::milliseconds kOperatorResponseTime{20'000};

// The operator's changes that wait for one another.
inline constexpr std::size_t kOperatorJobsMax = 8;

// Jobs that are not done or whose outcome nobody has fetched: twice those that can wait, so that
// none is forgotten before its client, which asks every kOperatorResponseTime, has come back.
inline constexpr std::size_t kOperatorOutcomesMax = 2 * kOperatorJobsMax;

static_assert(kPageDocumentsDefault <= history::kPageDocumentsMax);
static_assert(kPageGroupsDefault <= history::kPageGroupsMax);

}  // namespace cowrite::http
