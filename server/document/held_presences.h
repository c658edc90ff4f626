// HeldPresences: presences of one document that wait for it, the latest of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/document/messages.h"

namespace cowrite::document {

class HeldPresences {
 public:
  // Holds so many at most.
  explicit HeldPresences(std::size_t presences_max) : presences_max_(presences_max) {}

  // Whether there is room for one more, and no later one of its source and id is here. What is here
  // of these was taken.
  [[nodiscard]] bool may_hold(const DocumentPresence& presence) const;
  // Forgets it if that is not so.
  void hold(DocumentPresence presence);
  // What is here of the source and id of this one, unless it is later.
  std::optional<DocumentPresence> take_before(const DocumentPresence& later);
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
  std::size_t presences_max_;
  std::map<Name, DocumentPresence> presences_;
  std::size_t bytes_ = 0;
};

}  // namespace cowrite::document
