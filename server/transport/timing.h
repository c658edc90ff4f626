// The times of the transport, each with its reason. Tests make them shorter.
#pragma once

#include <chrono>

namespace cowrite::transport {

struct Timing {
  // A request must have arrived whole within this time. Enough for a bad mobile network; too little
  // to hold connections open by sending slowly.
  std::chrono::milliseconds request{10'000};

  // A WebSocket message must have arrived whole within this time and what kInputRateMin adds for
  // its length, and no pause in it may be as long: its sender is gone, or means to be waited for.
  std::chrono::milliseconds message{60'000};

  // Where others wait for room, a message that pauses so long makes room for them.
  std::chrono::milliseconds message_pause{10'000};

  // A handler must have answered a request; after that the client gets a 503. Longer than any long
  // poll.
  std::chrono::milliseconds response{60'000};

  // A client that has been silent for this long is pinged: below the 30 to 60 s after which proxies
  // and routers forget a connection.
  std::chrono::milliseconds ping_interval{20'000};

  // A pinged client must send something within this time, and an HTTP client must take some of its
  // response. As long as a phone may be between two cells.
  std::chrono::milliseconds ping_timeout{20'000};

  // A client for which something is queued must take kOutputRateMin on average over this time:
  // longer than the gaps in which the kernel takes nothing, since what it has taken before is
  // enough for a slow line.
  std::chrono::milliseconds output{60'000};

  // A client must answer our close frame within this time: a part of the 5 s in which the server
  // ends on SIGTERM.
  std::chrono::milliseconds close{3'000};

  // After our last byte we still take in, and discard, what the client is sending. Closing at once
  // would reset the connection, and the reset could overtake the close frame or the response that
  // says why.
  std::chrono::milliseconds linger{1'000};

  // The pause after a failed accept (no file descriptor, no memory): trying again at once would
  // burn the CPU that could free some.
  std::chrono::milliseconds accept_backoff{100};

  // The interval at which all connections are checked: `response` and the times of pings may be
  // late by it.
  std::chrono::milliseconds sweep{500};
};

}  // namespace cowrite::transport
