// What /healthz answers: whether all is well, for whoever watches the server.
//
//     200  ok
//     503  the disk is low: what is typed waits until there is room; reading goes on
//
// A line more says what clients have shown to be missing. To be asked as often as one likes.
#pragma once

#include <cstdint>

#include "server/loop/evidence_of_loss.h"
#include "server/transport/http.h"

namespace cowrite::server {

struct Health {
  bool waits_for_disk = false;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
  EvidenceOfLoss::Count evidence;
};

[[nodiscard]] HttpResponse respond_health(const HttpRequest& request, const Health& health);

}  // namespace cowrite::server
