// How long the transport waits for what, each with its reason. Tests make these shorter.
#pragma once

#include <chrono>

namespace cowrite::transport {

struct Timing {
  // A request must have arrived whole. Room for a bad mobile network; too little to hold
  // connections open by sending slowly.
  std::chrono::milliseconds request{10'000};

  // A handler must have answered a request; after that the client is told that it was in vain.
  // Longer than any long poll.
  std::chrono::milliseconds response{60'000};

  // A client that has been silent for this long is pinged: below the 30 to 60 s after which proxies
  // and routers forget a connection.
  std::chrono::milliseconds ping_interval{20'000};

  // It must answer, with anything at all, within this; an HTTP client must take some of its
  // response. As long as a phone may be between two cells.
  std::chrono::milliseconds ping_timeout{20'000};

  // A client must answer our close frame: a part of the 5 s in which the server ends on SIGTERM.
  std::chrono::milliseconds close{3'000};

  // After our last byte we still take in, and discard, what the client is sending. Closing at once
  // would reset the connection, and the reset could overtake the close frame or the response that
  // says why.
  std::chrono::milliseconds linger{1'000};

  // No file descriptor or memory for another connection: trying again at once would burn the CPU
  // that could free some.
  std::chrono::milliseconds accept_backoff{100};

  // How often all connections are looked at: `response` and the times of pings are late by that.
  std::chrono::milliseconds sweep{500};
};

}  // namespace cowrite::transport
