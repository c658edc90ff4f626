// CHECK: our own mistakes end the process, in release builds too, with the place and the condition.
//
// It is for conditions that only a bug can break. What a correct program can meet (a bad message, a
// full disk) is a Result (result.h).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace cowrite {

[[noreturn]] inline void check_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace cowrite

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::cowrite::check_failed(__FILE__, __LINE__, #condition); \
  } while (false)
