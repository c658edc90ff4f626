#include "server/session/document_reads.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

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

std::size_t subscription_bytes(std::string_view collection, std::string_view id) {
  return kSubscriptionBytes + kDocumentNames * (collection.size() + id.size());
}

void set_asker(document::ToDocument& request, const document::Asker& asker) {
  std::visit(
      [&asker](auto& known) {
        if constexpr (requires { known.asker; }) known.asker = asker;
      },
      request);
}

bool is_channel_of(const storage::DocumentKey& key, std::string_view channel) {
  const std::string& collection = key.collection();
  const std::string& id = key.id();
  return channel.size() == collection.size() + 1 + id.size() && channel[collection.size()] == '.' &&
         channel.starts_with(collection) && channel.ends_with(id);
}

}  // namespace

// ---- Requests of the client

void DocumentReads::read(protocol::Read request) {
  const bool subscribes = request.kind == protocol::ReadKind::kSubscribe;
  if (subscribes && !may_subscribe(request, fresh_of(request))) return;
  if (subscribes) ++joining_[request.key];
  const std::uint64_t ticket = open_request({request, std::nullopt});
  enqueue(document::ReadRequest{session_, ticket, std::move(request), payer_});
}

void DocumentReads::read_many(const protocol::ReadMany& request) {
  BulkList list(request);
  const std::size_t bytes = list.bytes() + list.left() * kBulkPartBytes;
  if (!followed_.take(bytes)) {
    const Error error{protocol::kErrBulkReplyTooLarge,
                      "the server has no memory for the reply to a bulk request of this size now; "
                      "try again later, or ask for fewer documents"};
    return outbox_.refuse(protocol::encode_error(request, error), error);
  }
  const bool subscribes = request.kind == protocol::ReadKind::kSubscribe;
  if (subscribes && !may_subscribe(request, fresh_of(request))) return followed_.give_back(bytes);
  begin_bulk(std::move(list), bytes);
}

void DocumentReads::submit(document::Submission submission) {
  expand_all(submission.request.key);
  if (queue_.holds(submission.request.key)) return enqueue(std::move(submission));
  post(std::move(submission));
}

void DocumentReads::leave(protocol::Unsubscribe request) {
  cancel_joining(request.key.collection(), {request.key.id()});
  const std::uint64_t ticket = open_request({request, std::nullopt});
  enqueue(document::LeaveRequest{session_, ticket, std::move(request.key), payer_});
}

// Who follows documents may always leave as many: nobody is kept by a server that is full. It
// cannot be refused, since the client has left already.
void DocumentReads::leave_many(const protocol::UnsubscribeMany& request) {
  BulkList list(request);
  const std::size_t bytes = list.bytes();
  if (bytes <= followed_.bytes()) {
    followed_.hold(bytes);
  } else if (!followed_.take(bytes)) {
    return outbox_.close(transport::CloseCode::kTryAgainLater, "the server is full");
  }
  cancel_joining(request.collection, BulkList::Ids(request.ids.begin(), request.ids.end()));
  begin_bulk(std::move(list), bytes);
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

// ---- What the client wants

bool DocumentReads::wants(const storage::DocumentKey& key) const {
  return subscriptions_.contains(key) || joining_.contains(key) ||
         std::ranges::any_of(listing_, [&](std::uint64_t id) {
           const BulkList& list = bulks_.at(id).list();
           return list.action() == BulkList::Action::kSubscribe && list.holds(key);
         });
}

void DocumentReads::Fresh::add(std::string_view collection, std::string_view id) {
  ++documents;
  bytes += subscription_bytes(collection, id);
}

DocumentReads::Fresh DocumentReads::fresh_of(const protocol::Read& request) const {
  Fresh fresh;
  if (!wants(request.key)) fresh.add(request.key.collection(), request.key.id());
  return fresh;
}

DocumentReads::Fresh DocumentReads::fresh_of(const protocol::ReadMany& request) const {
  BulkList::Ids listed;
  for (const std::uint64_t id : listing_) {
    const BulkList& list = bulks_.at(id).list();
    const bool is_like_it =
        list.action() == BulkList::Action::kSubscribe && list.collection() == request.collection;
    if (is_like_it) list.add_left(listed);
  }
  Fresh fresh;
  for (const auto& [document, version] : request.documents) {
    const storage::DocumentKey key{request.collection, document};
    const bool wanted = subscriptions_.contains(key) || joining_.contains(key);
    if (!wanted && listed.insert(document).second) fresh.add(request.collection, document);
  }
  return fresh;
}

bool DocumentReads::may_subscribe(const protocol::Message& request, const Fresh& fresh) {
  std::optional<Error> error;
  if (wanted_ + fresh.documents > protocol::kSubscriptionsPerConnectionMax) {
    error = {protocol::kErrTooManySubscriptions,
             "a connection may follow at most " +
                 std::to_string(protocol::kSubscriptionsPerConnectionMax) + " documents"};
  } else if (!followed_.take(fresh.bytes)) {
    error = {protocol::kErrTooManySubscriptions,
             "all clients together follow as much as the server has memory for; try again later"};
  }
  if (error) {
    outbox_.refuse(protocol::encode_error(request, *error), *error);
    return false;
  }
  wanted_ += fresh.documents;
  return true;
}

// To be called for a document that was wanted, when it has left one of the places where that is
// known.
void DocumentReads::no_longer_wanted(const storage::DocumentKey& key) {
  if (wants(key)) return;
  --wanted_;
  followed_.give_back(subscription_bytes(key.collection(), key.id()));
}

std::uint64_t DocumentReads::open_request(OpenRequest request) {
  const std::uint64_t number = next_number_++;
  if (request.bulk) ++open_parts_;
  open_requests_.emplace(number, std::move(request));
  return number;
}

DocumentReads::OpenRequest DocumentReads::close_request(std::uint64_t ticket) {
  OpenRequest request = std::move(open_requests_.extract(ticket).mapped());
  if (request.bulk) --open_parts_;
  return request;
}

// ---- Bulk requests

// `bytes` were taken for it.
void DocumentReads::begin_bulk(BulkList&& list, std::size_t bytes) {
  const std::uint64_t id = next_number_++;
  const std::size_t documents = list.left();
  bulks_.try_emplace(id, std::move(list), bytes, followed_, free_text_bytes_);
  if (documents > 0) listing_.push_back(id);
  listed_ += documents;
  pump();
  close_part(id);  // So that a request for no document is answered too.
}

// Asks for one document of a bulk request.
void DocumentReads::expand(std::uint64_t id, const BulkList::Part& part) {
  const BulkList& list = bulks_.at(id).list();
  --listed_;
  if (list.left() == 0) std::erase(listing_, id);
  if (list.action() == BulkList::Action::kUnsubscribe) {
    const std::uint64_t ticket = open_request({protocol::Unsubscribe{part.key}, id});
    queue_.push(document::LeaveRequest{session_, ticket, part.key, payer_});
    return;
  }
  const bool subscribes = list.action() == BulkList::Action::kSubscribe;
  protocol::Read read{subscribes ? protocol::ReadKind::kSubscribe : protocol::ReadKind::kFetch,
                      part.key, part.version};
  const std::uint64_t ticket = open_request({read, id});
  queue_.push(document::ReadRequest{session_, ticket, std::move(read), payer_});
  if (subscribes) ++joining_[part.key];
  if (part.cancelled) queue_.cancel_subscriptions(part.key);
}

// Asks for the document wherever it is listed: something later about it is coming.
void DocumentReads::expand_all(const storage::DocumentKey& key) {
  if (listing_.empty()) return;
  const std::vector<std::uint64_t> listing = listing_;
  for (const std::uint64_t id : listing) {
    BulkList& list = bulks_.at(id).list();
    while (const std::optional<BulkList::Part> part = list.take(key)) expand(id, *part);
  }
}

// False if there is nothing to ask for now.
bool DocumentReads::expand_next() {
  if (listing_.empty() || open_parts_ >= kReadsInFlightPerConnectionMax) return false;
  const std::uint64_t id = listing_.front();
  expand(id, bulks_.at(id).list().take_first());
  return true;
}

// ---- Posting

void DocumentReads::enqueue(document::ToDocument request) {
  expand_all(key_of(request));
  queue_.push(std::move(request));
  pump();
}

void DocumentReads::pump() {
  while (!congested_ && under_way_ < kReadsInFlightPerConnectionMax) {
    std::optional<RequestQueue::Request> next = queue_.next(!catch_up_);
    if (!next) {
      if (expand_next()) continue;
      return;
    }
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
  set_asker(request, asker_);
  outbox_.post(std::move(request));
}

// The client has not got an answer yet that waits for a bulk reply.
void DocumentReads::settled(const storage::DocumentKey& key) {
  if (const Subscription* const known = find(key); known && known->bulk) {
    return bulks_.at(*known->bulk).hold_answer(key);
  }
  queue_.settled(key);
  pump();
}

// What has not joined yet shall not, but is answered when it is its turn.
void DocumentReads::cancel_joining(const std::string& collection, const BulkList::Ids& ids) {
  if (catch_up_ && catch_up_->key.collection() == collection && ids.contains(catch_up_->key.id())) {
    catch_up_->cancelled = true;
  }
  for (const std::string_view id : ids) {
    queue_.cancel_subscriptions({collection, std::string(id)});
  }
  for (const std::uint64_t id : listing_) {
    BulkList& list = bulks_.at(id).list();
    const bool subscribes = list.action() == BulkList::Action::kSubscribe;
    if (subscribes && list.collection() == collection) list.cancel(ids);
  }
}

// Without the document's text or records, which a client that leaves does not need.
void DocumentReads::answer_cancelled(const document::ReadRequest& joining) {
  queue_.end_parts(joining.request.key);
  no_longer_joining(joining.request.key);
  const OpenRequest open = close_request(joining.ticket);
  if (!open.bulk) return outbox_.send(protocol::encode_read(joining.request));
  bulks_.at(*open.bulk).add_resumed(joining.request.key.id());
  close_part(*open.bulk);
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
  if (--joining->second > 0) return;
  joining_.erase(joining);
  no_longer_wanted(key);
}

// From here on the document's records reach the client; those of a bulk read without versions must
// not overtake its reply, since until then the client has no document to apply them to.
void DocumentReads::join(const document::ReadReply& reply, const OpenRequest& open) {
  Subscription& subscription = subscriptions_[reply.key];
  subscription.next = reply.next;
  const bool overtakes = open.bulk && !bulks_.at(*open.bulk).list().with_versions();
  subscription.bulk = overtakes ? open.bulk : std::nullopt;
}

void DocumentReads::finish_part(std::uint64_t id, const protocol::Read& request,
                                const document::ReadReply& reply) {
  BulkRequest& bulk = bulks_.at(id);
  if (!reply.content) {
    outbox_.note_refusal(reply.content.error());
    bulk.add_error(request, reply.content.error());
  } else if (const auto* snapshot = std::get_if<storage::Snapshot>(&*reply.content)) {
    if (const Result<void> added = bulk.add_text(request.key.id(), *snapshot, reply.room); !added) {
      outbox_.note_refusal(added.error());
      if (reply.joined) leave_unasked(request.key);
    }
  }
  close_part(id);
}

// Else bulk replies that have some of their texts could wait for each other's room for ever.
void DocumentReads::give_back_texts() {
  std::vector<storage::DocumentKey> given_up;
  for (auto& [id, bulk] : bulks_) {
    std::ranges::move(bulk.give_back_texts(), std::back_inserter(given_up));
  }
  for (const storage::DocumentKey& key : given_up) {
    outbox_.note_refusal(BulkRequest::full());
    if (find(key)) leave_unasked(key);
  }
}

// One part of a bulk request is done; after the last one the reply goes out, and what had to wait
// for it.
void DocumentReads::close_part(std::uint64_t id) {
  BulkRequest& bulk = bulks_.at(id);
  if (!bulk.finish_one()) return;
  bulk.send(outbox_);
  for (const auto& [document, operations] : bulk.answers()) {
    for (std::size_t i = 0; i < operations; ++i) queue_.settled(document);
  }
  if (bulk.list().action() == BulkList::Action::kSubscribe) {
    const protocol::ReadMany request = bulk.list().read_many();
    for (const auto& [document, version] : request.documents) {
      if (Subscription* subscription = find({request.collection, document});
          subscription && subscription->bulk == id) {
        subscription->bulk.reset();
      }
    }
  }
  bulks_.erase(id);
}

void DocumentReads::leave_unasked(const storage::DocumentKey& key) {
  enqueue(
      document::LeaveRequest{session_, open_request({std::nullopt, std::nullopt}), key, payer_});
}

void DocumentReads::deliver(const document::LeaveReply& reply) {
  const auto found = open_requests_.find(reply.ticket);
  CHECK(found != open_requests_.end());
  const OpenRequest& open = found->second;
  if (subscriptions_.erase(reply.key) > 0) no_longer_wanted(reply.key);
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
  (void)close_request(ticket);
  queue_.answered(key);
  --under_way_;
  pump();
}

// ---- Following

Subscription* DocumentReads::find(const storage::DocumentKey& key) {
  const auto found = subscriptions_.find(key);
  return found == subscriptions_.end() ? nullptr : &found->second;
}

// A channel's name can be that of as many documents as it has dots, and a client follows few.
bool DocumentReads::is_behind(std::string_view channel, std::uint64_t version) const {
  return std::ranges::any_of(subscriptions_, [&](const auto& followed) {
    const auto& [key, subscription] = followed;
    return version > subscription.next && is_channel_of(key, channel);
  });
}

void DocumentReads::follow(const Subscription& subscription, transport::SharedOutbound records,
                           transport::Haste haste) {
  if (!subscription.bulk) {
    outbox_.send(std::move(records), haste);
    return;
  }
  if (!bulks_.at(*subscription.bulk).hold(std::move(records))) outbox_.drop();
}

}  // namespace cowrite::session
