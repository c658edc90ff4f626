// Health: what programs that watch the server are told, without asking anything that takes long.
//
//     /healthz   whether all is well: 200 ok; or 503 with a sentence, while edits wait for disk
//     space
//                or the log has failed
//     /readyz    whether clients should be sent here: 200 ready; or 503 with a sentence, while the
//                server is shutting down or the log has failed. With a low disk it is ready: texts
//                can be read, and edits are kept until there is room.
//
// As plain text; as JSON for those who accept application/json:
//
//     {"ok":true,"disk":{"free":1000000,"reserve":64000000}}
//
// With "problem":"a sentence" where it is not ok.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/http/message.h"

namespace cowrite::http {

// The state of the server.
struct Vitals {
  bool waits_for_disk = false;
  std::optional<std::uint64_t> disk_free_bytes;  // Absent where nothing limits them.
  std::uint64_t disk_reserve_bytes = 0;
  bool log_failed = false;
  bool stopping = false;
};

[[nodiscard]] Response respond_health(const Request& request, const Vitals& vitals);
[[nodiscard]] Response respond_readiness(const Request& request, const Vitals& vitals);

// What the JSON says.
struct HealthReport {
  std::optional<std::string> problem;  // Absent if it is well, or ready.
  std::optional<std::uint64_t> disk_free_bytes;
  std::uint64_t disk_reserve_bytes = 0;
};
[[nodiscard]] std::string health_json(const HealthReport& report);
// Fails with kErrReplyInvalid.
[[nodiscard]] Result<HealthReport> parse_health(std::string_view json);

}  // namespace cowrite::http
