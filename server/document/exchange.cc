#include "server/document/exchange.h"

#include <utility>

#include "storage/errors.h"

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

Answer answer_with_error(const Submission& submission, Error error, std::uint64_t version) {
  Answer answer{.session = submission.session, .bytes = submission.bytes, .outcome = Unsettled{}};
  if (error.code != storage::kErrIo)
    answer.outcome = Refusal{submission.request, std::move(error), version};
  return answer;
}

}  // namespace cowrite::server
