#include "server/document/exchange.h"

namespace cowrite::server {

const DocumentKey& key_of(const ToDocument& request) {
  struct Key {
    const DocumentKey& operator()(const Submission& submission) const {
      return submission.request.key;
    }
    const DocumentKey& operator()(const ReadRequest& read) const { return read.request.key; }
    const DocumentKey& operator()(const LeaveRequest& leave) const { return leave.key; }
    const DocumentKey& operator()(const SnapshotRequest& snapshot) const { return snapshot.key; }
    const DocumentKey& operator()(const DocumentPresence& presence) const {
      return presence.presence.place->key;
    }
  };
  return std::visit(Key{}, request);
}

}  // namespace cowrite::server
