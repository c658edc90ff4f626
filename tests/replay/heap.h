// How much heap memory something takes.
#pragma once

#include <cstdint>

namespace cowrite::replay {

// Bytes that this thread has allocated less those that it has freed, each allocation counted as
// large as the allocator made it, its header included. A program that calls this gets an operator
// new that counts.
[[nodiscard]] std::int64_t heap_bytes();

}  // namespace cowrite::replay
