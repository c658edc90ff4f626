#include "server/history/room.h"

#include "server/history/errors.h"

namespace cowrite::history {

Result<void> Room::grow_to(std::size_t bytes) {
  if (!reserve_ || bytes <= bytes_) return {};
  // What grows step by step asks seldom. It first gives back what it has: a query that needs more
  // than its share has room only where there is no other, and must not be that itself.
  bytes += bytes / 8;
  reserved_ = nullptr;
  reserved_ = reserve_(bytes);
  bytes_ = reserved_ ? bytes : 0;
  if (reserved_) return {};
  return Error{kErrNoRoom, "there is no memory for it now, try again"};
}

}  // namespace cowrite::history
