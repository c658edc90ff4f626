#include "server/notices.h"

#include "server/limits.h"

namespace cowrite::server {

void Notices::tell(const std::string& sentence) {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    if (told_.size() == kNoticesMax || !told_.insert(sentence).second) return;
    last = told_.size() == kNoticesMax;
  }
  warn_(sentence);
  if (last) warn_("no more notices of this kind are written until the server is started again");
}

}  // namespace cowrite::server
