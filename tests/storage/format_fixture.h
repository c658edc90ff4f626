// What a data folder holds, in words: a line for each document and some of its versions.
#pragma once

#include <string>

#include "storage/store/store.h"

namespace cowrite::storage {

// Includes the proof of each document's history; an error takes the place of what it hides.
[[nodiscard]] std::string fixture_contents(const Store& store);

}  // namespace cowrite::storage
