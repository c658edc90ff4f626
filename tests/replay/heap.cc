#include "tests/replay/heap.h"

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local std::int64_t allocated_bytes = 0;

// What the allocator set aside for one allocation: the usable bytes and its own size field.
std::int64_t bytes_of(void* memory) {
  return static_cast<std::int64_t>(malloc_usable_size(memory) + sizeof(std::size_t));
}

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  allocated_bytes += bytes_of(memory);
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) allocated_bytes -= bytes_of(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }

namespace cowrite::replay {

std::int64_t heap_bytes() { return allocated_bytes; }

}  // namespace cowrite::replay
