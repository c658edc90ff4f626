// KeyRange: a stretch of a table's keys.
#pragma once

#include <string>

namespace cowrite::storage {

// Keys k with from <= k < to, as bytes.
struct KeyRange {
  std::string from;
  std::string to;
};

}  // namespace cowrite::storage
