// Which name was meant by one that is written wrong.
#pragma once

#include <string_view>
#include <vector>

namespace cowrite::config {

// The name that takes the fewest letters added, left out, replaced or exchanged with their
// neighbour. Empty if none is within a third of the letters: that is no slip, but another word.
[[nodiscard]] std::string_view nearest(std::string_view wrong,
                                       const std::vector<std::string_view>& names);

}  // namespace cowrite::config
