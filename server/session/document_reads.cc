#include "server/session/document_reads.h"

#include <algorithm>
#include <utility>

#include "ot/base/check.h"
#include "server/protocol/error_codes.h"
#include "server/protocol/limits.h"
#include "server/session/limits.h"

namespace cowrite::session {
namespace {

std::vector<std::string> encode_records(const storage::DocumentKey& key,
                                        const std::vector<document::RecordPtr>& records,
                                        const OwnSources& own) {
  std::vector<std::string> messages;
  messages.reserve(records.size() + 1);
  for (const document::RecordPtr& record : records) {
    messages.push_back(protocol::encode_operation(key, *record, own.id_of(record->source)));
  }
  return messages;
}

Error bulk_reply_full() {
  return {protocol::kErrBulkReplyTooLarge,
          "the reply to a bulk request is full; ask for this document alone"};
}

}  // namespace

// ---- Requests of the client

void DocumentReads::read(protocol::Read request) {
  if (!may_subscribe(request, request.kind, {request.key})) return;
  const std::uint64_t ticket = open_request({request, std::nullopt});
  enqueue(document::ReadRequest{session_, ticket, std::move(request), payer_});
}

void DocumentReads::read_many(const protocol::ReadMany& request) {
  std::vector<storage::DocumentKey> keys;
  for (const auto& [document, version] : request.documents) {
    keys.emplace_back(request.collection, document);
  }
  if (!may_subscribe(request, request.kind, keys)) return;
  const std::uint64_t id = next_number_++;
  bulks_.emplace(id, Bulk{.request = request, .left = request.documents.size() + 1});
  for (const auto& [document, version] : request.documents) {
    protocol::Read part{request.kind, {request.collection, document}, version};
    const std::uint64_t ticket = open_request({part, id});
    enqueue(document::ReadRequest{session_, ticket, std::move(part), payer_});
  }
  close_part(id);  // So that a request for no document is answered too.
}

void DocumentReads::submit(document::Submission submission) {
  if (queue_.holds(submission.request.key)) return enqueue(std::move(submission));
  post(std::move(submission));
}

void DocumentReads::leave(protocol::Unsubscribe request) {
  cancel_joining(request.key);
  const std::uint64_t ticket = open_request({request, std::nullopt});
  enqueue(document::LeaveRequest{session_, ticket, std::move(request.key), payer_});
}

void DocumentReads::leave_many(protocol::UnsubscribeMany request) {
  const std::uint64_t id = next_number_++;
  const std::vector<std::string> ids = request.ids;
  const std::string collection = request.collection;
  bulks_.emplace(id, Bulk{.request = std::move(request), .left = ids.size() + 1});
  for (const std::string& document : ids) {
    cancel_joining({collection, document});
    const std::uint64_t ticket = open_request({protocol::Unsubscribe{{collection, document}}, id});
    enqueue(document::LeaveRequest{session_, ticket, {collection, document}, payer_});
  }
  close_part(id);
}

void DocumentReads::snapshot(protocol::FetchSnapshot request) {
  const storage::VersionSelector selector =
      request.version ? storage::VersionSelector(storage::AtVersion{*request.version})
                      : storage::VersionSelector(storage::Newest{});
  const storage::DocumentKey key = request.key;
  enqueue(document::SnapshotRequest{session_, open_request({std::move(request), std::nullopt}), key,
                                    selector, payer_});
}

void DocumentReads::snapshot(protocol::FetchSnapshotByTime request) {
  const storage::VersionSelector selector =
      request.time_ms ? storage::VersionSelector(storage::AtTime{*request.time_ms})
                      : storage::VersionSelector(storage::Newest{});
  const storage::DocumentKey key = request.key;
  enqueue(document::SnapshotRequest{session_, open_request({std::move(request), std::nullopt}), key,
                                    selector, payer_});
}

bool DocumentReads::may_subscribe(const protocol::Message& request, protocol::ReadKind kind,
                                  const std::vector<storage::DocumentKey>& documents) {
  if (kind == protocol::ReadKind::kFetch) return true;
  const auto is_new = [this](const storage::DocumentKey& key) { return !wants(key); };
  const auto more = static_cast<std::size_t>(std::ranges::count_if(documents, is_new));
  if (subscriptions_.size() + joining_.size() + more > protocol::kSubscriptionsPerConnectionMax) {
    const Error error{protocol::kErrTooManySubscriptions,
                      "a connection may follow at most " +
                          std::to_string(protocol::kSubscriptionsPerConnectionMax) + " documents"};
    outbox_.refuse(protocol::encode_error(request, error), error);
    return false;
  }
  for (const storage::DocumentKey& key : documents) ++joining_[key];
  return true;
}

std::uint64_t DocumentReads::open_request(OpenRequest request) {
  const std::uint64_t number = next_number_++;
  open_requests_.emplace(number, std::move(request));
  return number;
}

// ---- Posting

void DocumentReads::enqueue(document::ToDocument request) {
  queue_.push(std::move(request));
  pump();
}

void DocumentReads::pump() {
  while (!congested_ && under_way_ < kReadsInFlightPerConnectionMax) {
    std::optional<RequestQueue::Request> next = queue_.next(!catch_up_);
    if (!next) return;
    if (next->cancelled) {
      answer_cancelled(std::get<document::ReadRequest>(next->request));
    } else {
      post(std::move(next->request));
    }
  }
}

void DocumentReads::post(document::ToDocument request) {
  if (const auto* const submission = std::get_if<document::Submission>(&request)) {
    queue_.submitted(submission->request.key);
  } else {
    ++under_way_;
  }
  const auto* const read = std::get_if<document::ReadRequest>(&request);
  if (read != nullptr && read->request.version) {
    queue_.begin_parts(read->request.key);
    catch_up_.emplace(CatchUp{read->request.key});
  }
  outbox_.post(std::move(request));
}

void DocumentReads::settled(const storage::DocumentKey& key) {
  queue_.settled(key);
  pump();
}

// What has not joined yet shall not, but is answered when it is its turn.
void DocumentReads::cancel_joining(const storage::DocumentKey& key) {
  if (catch_up_ && catch_up_->key == key) catch_up_->cancelled = true;
  queue_.cancel_subscriptions(key);
}

// Without the document's text or records, which a client that leaves does not need.
void DocumentReads::answer_cancelled(const document::ReadRequest& joining) {
  queue_.end_parts(joining.request.key);
  no_longer_joining(joining.request.key);
  const auto open = open_requests_.extract(joining.ticket);
  if (!open.mapped().bulk) return outbox_.send(protocol::encode_read(joining.request));
  bulks_.at(*open.mapped().bulk).reply.add_resumed(joining.request.key.id());
  close_part(*open.mapped().bulk);
}

void DocumentReads::drained() {
  congested_ = false;
  pump();
}

// ---- Replies of documents

void DocumentReads::deliver(document::ReadReply reply) {
  const auto found = open_requests_.find(reply.ticket);
  CHECK(found != open_requests_.end());
  const OpenRequest& open = found->second;
  const protocol::Read& request = std::get<protocol::Read>(*open.request);
  if (reply.joined) join(reply, open);
  if (reply.content && std::holds_alternative<std::vector<document::RecordPtr>>(*reply.content)) {
    outbox_.send(encode_records(
        reply.key, std::get<std::vector<document::RecordPtr>>(*reply.content), own_sources_));
  }
  if (request.version && goes_on(reply, request)) return;
  if (is_too_early(reply, open)) return ask_again(reply, request);
  if (request.kind == protocol::ReadKind::kSubscribe) no_longer_joining(reply.key);
  if (open.bulk) {
    finish_part(*open.bulk, request, reply);
  } else if (!reply.content) {
    outbox_.refuse(protocol::encode_error(request, reply.content.error()), reply.content.error());
  } else if (const auto* snapshot = std::get_if<storage::Snapshot>(&*reply.content)) {
    outbox_.send(protocol::encode_read(request, *snapshot), reply.room);
  } else {
    outbox_.send(protocol::encode_read(request));
  }
  retire(reply.ticket, reply.key);
}

// A client that gave up an operation meanwhile would take the text for the state after its answer.
bool DocumentReads::is_too_early(const document::ReadReply& reply, const OpenRequest& open) const {
  const protocol::Read& request = std::get<protocol::Read>(*open.request);
  return reply.content && !open.bulk && !request.version &&
         request.kind == protocol::ReadKind::kFetch && queue_.awaits_answers(reply.key);
}

void DocumentReads::ask_again(const document::ReadReply& reply, const protocol::Read& request) {
  queue_.answered(reply.key);
  queue_.put_back({session_, reply.ticket, request, payer_});
  --under_way_;
  pump();
}

// Whether the read of records has another part, which is then on its way.
bool DocumentReads::goes_on(const document::ReadReply& reply, const protocol::Read& request) {
  const bool cancelled = catch_up_->cancelled && request.kind == protocol::ReadKind::kSubscribe;
  catch_up_.reset();
  if (reply.complete || cancelled) {
    queue_.end_parts(reply.key);
    return false;
  }
  protocol::Read rest = request;
  rest.version = reply.next;
  queue_.push_rest({session_, reply.ticket, std::move(rest), payer_});
  queue_.answered(reply.key);
  --under_way_;
  congested_ = true;
  outbox_.await_drained();
  return true;
}

void DocumentReads::no_longer_joining(const storage::DocumentKey& key) {
  const auto joining = joining_.find(key);
  if (--joining->second == 0) joining_.erase(joining);
}

// From here on the document's records reach the client; those of a bulk read without versions must
// not overtake its reply, since until then the client has no document to apply them to.
void DocumentReads::join(const document::ReadReply& reply, const OpenRequest& open) {
  Subscription& subscription = subscriptions_[reply.key];
  subscription.next = reply.next;
  const bool overtakes =
      open.bulk && !std::get<protocol::ReadMany>(bulks_.at(*open.bulk).request).with_versions;
  subscription.bulk = overtakes ? open.bulk : std::nullopt;
}

void DocumentReads::finish_part(std::uint64_t id, const protocol::Read& request,
                                const document::ReadReply& reply) {
  Bulk& bulk = bulks_.at(id);
  if (!reply.content) {
    outbox_.note_refusal(reply.content.error());
    if (request.version) {
      bulk.failed.emplace(request.key.id(), reply.content.error());
    } else {
      bulk.reply.add_error(request.key.id(), reply.content.error());
    }
  } else if (const auto* snapshot = std::get_if<storage::Snapshot>(&*reply.content)) {
    const std::size_t bytes = bulk.text_bytes + snapshot->text.bytes();
    if (bulk.text_bytes == 0 || bytes <= kBulkReplyBytesMax) {
      bulk.reply.add_snapshot(request.key.id(), *snapshot);
      bulk.text_bytes = bytes;
      if (reply.room) bulk.rooms->push_back(reply.room);
    } else {
      const Error error = bulk_reply_full();
      outbox_.note_refusal(error);
      bulk.reply.add_error(request.key.id(), error);
      if (reply.joined) leave_unasked(request.key);
    }
  }
  close_part(id);
}

// Else bulk replies that have some of their texts could wait for each other's room for ever.
void DocumentReads::give_back_texts() {
  for (auto& [id, bulk] : bulks_) {
    const auto* const request = std::get_if<protocol::ReadMany>(&bulk.request);
    if (request == nullptr || bulk.rooms->empty()) continue;
    bulk.rooms->clear();
    bulk.text_bytes = kBulkReplyBytesMax;  // No other text fits.
    for (const std::string& document : bulk.reply.give_up_snapshots(bulk_reply_full())) {
      const storage::DocumentKey key{request->collection, document};
      outbox_.note_refusal(bulk_reply_full());
      if (find(key)) leave_unasked(key);
    }
  }
}

// One part of a bulk request is done; after the last one the reply goes out, and what had to wait
// for it.
void DocumentReads::close_part(std::uint64_t id) {
  Bulk& bulk = bulks_.at(id);
  if (--bulk.left > 0) return;
  if (const auto* unsubscribe = std::get_if<protocol::UnsubscribeMany>(&bulk.request)) {
    outbox_.send(protocol::encode_done(*unsubscribe));
  } else {
    const protocol::ReadMany& request = std::get<protocol::ReadMany>(bulk.request);
    outbox_.send(encode_reply(bulk), bulk.rooms);
    for (transport::SharedOutbound& records : bulk.held) outbox_.send(std::move(records));
    for (const auto& [document, version] : request.documents) {
      if (Subscription* subscription = find({request.collection, document});
          subscription && subscription->bulk == id) {
        subscription->bulk.reset();
      }
    }
  }
  bulks_.erase(id);
}

// The reply to a read with versions has no place for an error of one document. If there is one, it
// takes the form of the other reply, with `false` instead of a snapshot for those that were
// resumed: for sharedb's client that is the end of its request, and nothing to take in.
protocol::PiecedText DocumentReads::encode_reply(Bulk& bulk) {
  const protocol::ReadMany& request = std::get<protocol::ReadMany>(bulk.request);
  if (!request.with_versions) return bulk.reply.encode(request);
  if (bulk.failed.empty()) return {protocol::encode_done(request), {}};
  protocol::BulkReply reply;
  for (const auto& [document, _] : request.documents) {
    if (const auto failed = bulk.failed.find(document); failed != bulk.failed.end()) {
      reply.add_error(document, failed->second);
    } else {
      reply.add_resumed(document);
    }
  }
  return reply.encode(request);
}

void DocumentReads::leave_unasked(const storage::DocumentKey& key) {
  enqueue(
      document::LeaveRequest{session_, open_request({std::nullopt, std::nullopt}), key, payer_});
}

void DocumentReads::deliver(const document::LeaveReply& reply) {
  const auto found = open_requests_.find(reply.ticket);
  CHECK(found != open_requests_.end());
  const OpenRequest& open = found->second;
  subscriptions_.erase(reply.key);
  if (open.bulk) {
    close_part(*open.bulk);
  } else if (open.request) {
    outbox_.send(protocol::encode_done(*open.request));
  }
  retire(reply.ticket, reply.key);
}

void DocumentReads::deliver(const document::SnapshotReply& reply) {
  const auto found = open_requests_.find(reply.ticket);
  CHECK(found != open_requests_.end());
  const protocol::Message& request = *found->second.request;
  const auto* const by_version = std::get_if<protocol::FetchSnapshot>(&request);
  const auto* const by_time = std::get_if<protocol::FetchSnapshotByTime>(&request);
  const storage::DocumentKey key = by_version ? by_version->key : by_time->key;
  if (!reply.snapshot) {
    outbox_.refuse(protocol::encode_error(request, reply.snapshot.error()), reply.snapshot.error());
  } else {
    outbox_.send(protocol::encode_named_snapshot(
                     by_version ? "nf" : "nt", by_version ? by_version->request : by_time->request,
                     *reply.snapshot),
                 reply.room);
  }
  retire(reply.ticket, key);
}

void DocumentReads::retire(std::uint64_t ticket, const storage::DocumentKey& key) {
  open_requests_.erase(ticket);
  queue_.answered(key);
  --under_way_;
  pump();
}

// ---- Following

Subscription* DocumentReads::find(const storage::DocumentKey& key) {
  const auto found = subscriptions_.find(key);
  return found == subscriptions_.end() ? nullptr : &found->second;
}

void DocumentReads::follow(const Subscription& subscription, transport::SharedOutbound records) {
  if (!subscription.bulk) {
    outbox_.send(std::move(records));
    return;
  }
  Bulk& bulk = bulks_.at(*subscription.bulk);
  bulk.held_bytes += records->bytes;
  bulk.held.push_back(std::move(records));
  if (bulk.held_bytes > kSendQueueBytesMax) outbox_.drop();
}

}  // namespace cowrite::session
