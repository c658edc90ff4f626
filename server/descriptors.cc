#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "server/limits.h"

namespace cowrite::server {

std::uint64_t raise_descriptor_limit() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

Result<Descriptors> share_descriptors(std::uint64_t limit, std::size_t loops) {
  const std::uint64_t tables =
      std::clamp<std::uint64_t>(limit / 4, kStoreTablesMin, kStoreTablesMax);
  const std::uint64_t taken =
      tables + kStoreOtherFiles + kMetricsConnectionsMax + kOtherFiles + loops * kFilesOfLoop;
  if (limit < taken + kConnectionsMin) {
    return Error{kErrDescriptors, "the system lets the server have " + std::to_string(limit) +
                                      " open files, and it needs " +
                                      std::to_string(taken + kConnectionsMin) +
                                      ": raise the limit (ulimit -n, LimitNOFILE= of systemd)"};
  }
  return Descriptors{
      static_cast<std::size_t>(tables),
      static_cast<std::size_t>(std::min<std::uint64_t>(limit - taken, transport::kConnectionsMax))};
}

}  // namespace cowrite::server
