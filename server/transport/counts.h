// What is counted of the connections of one loop.
//
// The loop's thread writes, any thread reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "storage/counting/counter.h"

namespace cowrite::transport {

struct Counts {
  // Now.
  counting::Counter web_sockets;
  counting::Counter queued_bytes;  // As Connection::queued_bytes(), of all.
  counting::Counter output_bytes;  // Held for writing; what many are sent counts once.
  counting::Counter input_bytes;   // Held for what is received, as of the last sweep.

  // Since the start.
  counting::Counter web_sockets_opened;
  counting::Counter bytes_received;  // Of HTTP and WebSockets, with their framing.
  counting::Counter bytes_sent;
  counting::Counter messages_received;
  counting::Counter messages_sent;

  // WebSockets that were ended here, by why.
  counting::Counter closed_invalid;  // What came is no text, or no message of the protocol.
  counting::Counter closed_slow;     // A message did not arrive whole in time.
  counting::Counter closed_restart;  // The server stops, or the document was replaced.
  counting::Counter closed_overload;
  counting::Counter dropped_unresponsive;  // It did not answer a ping or take what was queued.
  counting::Counter dropped_for_room;      // It held too much of what all may have queued.

  // HTTP responses by the first digit of their status; handshakes only if they were refused.
  std::array<counting::Counter, 6> responses;

  std::uint64_t writes = 0;  // To sockets. For the loop's thread alone.
};

}  // namespace cowrite::transport
