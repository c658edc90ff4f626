#include "ot/edits.h"

#include <string>

namespace cowrite::ot {

Error past_the_end(std::uint64_t reach, std::uint64_t length) {
  return {kErrOperationNotApplied, "The operation reaches to " + std::to_string(reach) +
                                       ", the text only to " + std::to_string(length)};
}

}  // namespace cowrite::ot
