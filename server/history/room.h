// Room: the memory that a query takes while it works, counted by whoever serves others too. A query
// asks before it takes, and gives all back at its end.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "ot/base/result.h"

namespace cowrite::history {

class Room {
 public:
  // Counts so many bytes as long as what is returned lives; null if there is no room for them now.
  // From any thread.
  using Reserve = std::function<std::shared_ptr<const void>(std::size_t bytes)>;

  // All that there is, for who serves nobody else.
  Room() = default;
  explicit Room(Reserve reserve) : reserve_(std::move(reserve)) {}

  // Takes so many bytes in all, if that is more than it has. Fails with kErrNoRoom.
  [[nodiscard]] Result<void> grow_to(std::size_t bytes);

 private:
  Reserve reserve_;
  std::shared_ptr<const void> reserved_;
  std::size_t bytes_ = 0;
};

}  // namespace cowrite::history
