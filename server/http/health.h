// What /healthz answers to programs that watch the server:
//
//     200  ok
//     503  the disk's free bytes and the reserve, in a sentence: edits wait, and reading goes on
//
// One more line tells of clients that were ahead of the log. Answering reads counters only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/http/message.h"

namespace cowrite::http {

struct Health {
  bool waits_for_disk = false;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
  // Clients have named versions that the log does not have: so many requests, of so many documents.
  std::uint64_t requests_ahead = 0;
  std::size_t documents_ahead = 0;
};

[[nodiscard]] Response respond_health(const Request& request, const Health& health);

}  // namespace cowrite::http
