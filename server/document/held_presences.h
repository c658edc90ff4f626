// HeldPresences: presences of one document that name a version which it does not have yet, the
// latest of each. Whoever was shown them now would fetch that version again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/document/messages.h"

namespace cowrite::document {

class HeldPresences {
 public:
  // Without room for one more (limits.h) it is forgotten.
  void hold(DocumentPresence presence);
  // There is a newer one of this source and id.
  void forget(const std::string& source, const std::string& id);
  // Those that the document has come up with.
  [[nodiscard]] std::vector<DocumentPresence> take_due(std::uint64_t version);

  // Where memory is scarce, those that are not small (limits.h) are forgotten. False if there are
  // none.
  bool forget_large();

  [[nodiscard]] bool empty() const { return presences_.empty(); }
  // About what they take in memory.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] static std::size_t bytes_of(const DocumentPresence& of);

  using Name = std::pair<std::string, std::string>;  // Source and id.
  std::map<Name, DocumentPresence> presences_;
  std::size_t bytes_ = 0;
};

}  // namespace cowrite::document
