#include "server/http/health.h"

#include <string>

namespace cowrite::http {

Response respond_health(const Request& request, const Health& health) {
  if (!request.only_reads()) return only_reads_response("The server's health can only be read.");
  std::string body = "ok";
  if (health.waits_for_disk) {
    body = "The disk has " + std::to_string(health.disk_free_bytes) +
           " bytes free, and the reserve is " + std::to_string(health.disk_reserve_bytes) +
           ": what is typed waits until there is room, and reading goes on.";
  }
  if (health.requests_ahead > 0) {
    body += "\nclients ahead of the log: " + std::to_string(health.requests_ahead) +
            " requests named versions that the log does not have, of " +
            std::to_string(health.documents_ahead) + " documents";
  }
  return plain_response(health.waits_for_disk ? 503 : 200, body);
}

}  // namespace cowrite::http
