// Complaints: what went wrong, in words on standard error, and what may help.
#pragma once

#include <string>

#include "ot/base/result.h"
#include "tools/cli/paint.h"

namespace cowrite::cli {

// Says it, with a hint if there is one; after a wrong usage that is where the command is explained.
void complain_with_hint(const Error& error, const std::string& command, const Painter& paint);

// Says it alone: one of several things that failed.
void complain(const Error& error, const Painter& paint);

// Says what is no error, but should be known.
void notify(const std::string& message, const Painter& paint);

}  // namespace cowrite::cli
