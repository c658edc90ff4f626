#include "server/session/bulk_request.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/protocol/error_codes.h"
#include "server/session/limits.h"

namespace cowrite::session {

BulkRequest::BulkRequest(BulkList list, std::size_t bytes, FollowedMemory::Account& followed,
                         std::size_t& free_text_bytes)
    : list_(std::move(list)),
      followed_(followed),
      all_free_text_bytes_(free_text_bytes),
      left_(list_.left() + 1),
      paid_{followed_.give_back_later(bytes)} {}

Error BulkRequest::full() {
  return {protocol::kErrBulkReplyTooLarge,
          "the reply to a bulk request is full; ask for this document alone"};
}

// ---- What documents answer

Result<void> BulkRequest::add_text(const std::string& document, const storage::Snapshot& snapshot,
                                   const document::TextRoom& room) {
  if (!hold_text(snapshot.text.bytes(), room)) {
    reply_.add_error(document, full());
    return full();
  }
  reply_.add_snapshot(document, snapshot);
  return {};
}

void BulkRequest::add_error(const protocol::Read& request, const Error& error) {
  if (request.version) {
    failed_.emplace(request.key.id(), error);
  } else {
    reply_.add_error(request.key.id(), error);
  }
}

// Keeps room for a text of the reply. A small one has none of its own: a few of them are a part of
// what a connection costs, and more are paid for.
bool BulkRequest::hold_text(std::size_t bytes, const document::TextRoom& room) {
  if (text_bytes_ > 0 && text_bytes_ + bytes > kBulkReplyBytesMax) return false;
  if (room) {
    rooms_->push_back(room);
  } else if (all_free_text_bytes_ + bytes <= kBulkTextBytesFree) {
    all_free_text_bytes_ += bytes;
    free_text_bytes_ += bytes;
  } else if (followed_.take(bytes)) {
    paid_.push_back(followed_.give_back_later(bytes));
  } else {
    return false;
  }
  text_bytes_ += bytes;
  return true;
}

std::vector<storage::DocumentKey> BulkRequest::give_back_texts() {
  std::vector<storage::DocumentKey> given_up;
  if (rooms_->empty()) return given_up;
  rooms_->clear();
  text_bytes_ = kBulkReplyBytesMax;  // No other text fits.
  for (std::string& document : reply_.give_up_snapshots(full())) {
    given_up.emplace_back(list_.collection(), std::move(document));
  }
  return given_up;
}

// ---- What must come after the reply

bool BulkRequest::hold(transport::SharedOutbound records) {
  const std::size_t bytes = records->bytes;
  held_bytes_ += bytes;
  held_.push_back(std::move(records));
  if (held_bytes_ <= kHeldBytesFree) return true;
  if (held_bytes_ > kSendQueueBytesMax || !followed_.take(bytes)) return false;
  paid_.push_back(followed_.give_back_later(bytes));
  return true;
}

void BulkRequest::send(Outbox& outbox) {
  if (list_.action() == BulkList::Action::kUnsubscribe) {
    return outbox.send(protocol::encode_done(list_.unsubscribe_many()));
  }
  std::ranges::move(paid_, std::back_inserter(*rooms_));
  outbox.send(encode(list_.read_many()), rooms_);
  for (transport::SharedOutbound& records : held_) outbox.send(std::move(records));
}

// The reply to a read with versions has no place for an error of one document. If there is one, it
// takes the form of the other reply, with `false` instead of a snapshot for those that were
// resumed: for sharedb's client that is the end of its request, and nothing to take in.
protocol::PiecedText BulkRequest::encode(const protocol::ReadMany& request) {
  if (!request.with_versions) return reply_.encode(request);
  if (failed_.empty()) return {protocol::encode_done(request), {}};
  protocol::BulkReply reply;
  for (const auto& [document, _] : request.documents) {
    if (const auto failed = failed_.find(document); failed != failed_.end()) {
      reply.add_error(document, failed->second);
    } else {
      reply.add_resumed(document);
    }
  }
  return reply.encode(request);
}

}  // namespace cowrite::session
