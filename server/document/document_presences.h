// DocumentPresences: the presences about one document on their way to its channel. Those that name
// a version which the document does not have yet wait for it, and those that come while it is not
// here wait for that; of each only the latest does.
//
// Belongs to the document's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/document/document.h"
#include "server/document/held_presences.h"
#include "server/document/host_ports.h"
#include "server/document/limits.h"
#include "server/document/messages.h"

namespace cowrite::document {

class DocumentPresences {
 public:
  // REQUIRES: the ports outlive this.
  explicit DocumentPresences(const HostPorts& ports) : ports_(ports) {}

  // ---- While the document is here

  void receive(DocumentPresence presence, const Document& document);
  // Passes on those that the document has come up with, now that it has this version.
  void show_held(std::uint64_t version, const Document& document);

  // ---- While it is not

  // `told` is the version that its followers have, if it was here before.
  void receive_early(DocumentPresence presence, std::optional<std::uint64_t> told);
  [[nodiscard]] bool await_document() const { return !early_.empty(); }
  // Those that came meanwhile. It is here, or cannot be read: then each is to be refused.
  [[nodiscard]] std::vector<DocumentPresence> take_early();
  void refuse(DocumentPresence presence, const Error& error);

  // ---- What they take, of those that wait for a version

  [[nodiscard]] std::size_t bytes() const { return held_.bytes(); }
  // False if there are none that are not small.
  bool forget_large() { return held_.forget_large(); }

 private:
  [[nodiscard]] bool may_wait(const DocumentPresence& presence) const;
  void acknowledge(const DocumentPresence& presence);
  void pass_on(DocumentPresence presence, const Document& document);
  void end_unseen(DocumentPresence presence, std::optional<std::uint64_t> told) const;

  const HostPorts& ports_;
  HeldPresences early_{kEarlyPresencesMax};  // Until the document is back, or loaded anew.
  HeldPresences held_{kHeldPresencesMax};    // Until it has the versions that they name.
};

}  // namespace cowrite::document
