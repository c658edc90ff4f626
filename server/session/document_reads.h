// DocumentReads: what one connection reads and follows: single documents, many at a time, and the
// past.
//
// Requests are posted a few at a time, those about one document in order, and none while the client
// does not read: what they return may be large. Of a bulk request, a few documents are asked for at
// a time; the others wait in its list, unless something else about one of them comes. Operations
// take the same way, so that none overtakes a read of its document. A client that is far behind
// gets its records part by part, each when the one before has left. Leaving a document ends the
// subscriptions to it that are not there yet.
//
// Sans-I/O, like the Session that it is a part of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/document/messages.h"
#include "server/protocol/message.h"
#include "server/session/bulk_list.h"
#include "server/session/bulk_request.h"
#include "server/session/followed_memory.h"
#include "server/session/outbox.h"
#include "server/session/own_sources.h"
#include "server/session/request_queue.h"

namespace cowrite::session {

// A document that the client follows.
struct Subscription {
  std::uint64_t next = 0;             // The version of the first record that it has not been sent.
  std::optional<std::uint64_t> bulk;  // The bulk read whose reply must come before what follows.
};

class DocumentReads {
 public:
  // What is followed takes of the account. REQUIRES: what is referred to outlives this; the account
  // is owned by a shared_ptr.
  DocumentReads(document::SessionId session, document::Asker asker, storage::Payer payer,
                const OwnSources& own_sources, FollowedMemory::Account& followed, Outbox& outbox)
      : session_(session),
        asker_(std::move(asker)),
        payer_(payer),
        own_sources_(own_sources),
        followed_(followed),
        outbox_(outbox) {}

  // ---- Requests of the client

  void read(protocol::Read request);
  void read_many(const protocol::ReadMany& request);
  void leave(protocol::Unsubscribe request);
  void leave_many(const protocol::UnsubscribeMany& request);
  void snapshot(protocol::FetchSnapshot request);
  void snapshot(protocol::FetchSnapshotByTime request);

  // ---- Replies of documents

  void deliver(document::ReadReply reply);
  void deliver(const document::LeaveReply& reply);
  void deliver(const document::SnapshotReply& reply);

  // Memory for documents is scarce: bulk replies that are not whole give up the texts that they
  // have.
  void give_back_texts();

  // The client stopped reading / reads again.
  void congested() { congested_ = true; }
  void drained();

  // The client sent an operation / has the answer to one on the document.
  void submit(document::Submission submission);
  void settled(const storage::DocumentKey& key);

  // The client follows the document, or has asked to.
  [[nodiscard]] bool wants(const storage::DocumentKey& key) const;

  // The documents that were asked for something, operations included, and have not answered.
  [[nodiscard]] std::vector<storage::DocumentKey> asked() const { return queue_.asked(); }

  // Null if the client does not follow the document.
  [[nodiscard]] Subscription* find(const storage::DocumentKey& key);

  // Whether the client follows a document with this channel, and has not been sent this version.
  [[nodiscard]] bool is_behind(std::string_view channel, std::uint64_t version) const;

  // Sends records of a document that the client follows, or keeps them until the bulk reply that
  // they must follow.
  void follow(const Subscription& subscription, transport::SharedOutbound records,
              transport::Haste haste);

  // Documents that were asked for and not answered yet, without operations; and those of them that
  // do not wait in the list of a bulk request.
  [[nodiscard]] std::size_t waiting() const { return open_requests_.size() + listed_; }
  [[nodiscard]] std::size_t requests() const { return open_requests_.size(); }

 private:
  // What a reply is for.
  struct OpenRequest {
    std::optional<protocol::Message> request;  // Absent if the client did not ask for it.
    std::optional<std::uint64_t> bulk = {};    // The bulk request that it is part of.
  };

  // Documents that the client has not wanted so far.
  struct Fresh {
    std::size_t documents = 0;
    std::size_t bytes = 0;  // Of their subscriptions.

    void add(std::string_view collection, std::string_view id);
  };
  [[nodiscard]] Fresh fresh_of(const protocol::Read& request) const;
  [[nodiscard]] Fresh fresh_of(const protocol::ReadMany& request) const;
  [[nodiscard]] bool may_subscribe(const protocol::Message& request, const Fresh& fresh);
  [[nodiscard]] std::uint64_t open_request(OpenRequest request);
  OpenRequest close_request(std::uint64_t ticket);
  void begin_bulk(BulkList&& list, std::size_t bytes);
  void expand(std::uint64_t id, const BulkList::Part& part);
  void expand_all(const storage::DocumentKey& key);
  [[nodiscard]] bool expand_next();
  void enqueue(document::ToDocument request);
  void pump();
  void post(document::ToDocument request);
  [[nodiscard]] bool goes_on(const document::ReadReply& reply, const protocol::Read& request);
  [[nodiscard]] bool is_too_early(const document::ReadReply& reply, const OpenRequest& open) const;
  void ask_again(const document::ReadReply& reply, const protocol::Read& request);
  void no_longer_joining(const storage::DocumentKey& key);
  void no_longer_wanted(const storage::DocumentKey& key);
  void cancel_joining(const std::string& collection, const BulkList::Ids& ids);
  void answer_cancelled(const document::ReadRequest& joining);
  void retire(std::uint64_t ticket, const storage::DocumentKey& key);
  void join(const document::ReadReply& reply, const OpenRequest& open);
  void leave_unasked(const storage::DocumentKey& key);
  void finish_part(std::uint64_t id, const protocol::Read& request,
                   const document::ReadReply& reply);
  void close_part(std::uint64_t id);

  document::SessionId session_;
  document::Asker asker_;
  storage::Payer payer_;
  const OwnSources& own_sources_;
  FollowedMemory::Account& followed_;
  Outbox& outbox_;
  bool congested_ = false;
  std::uint64_t next_number_ = 1;  // Of tickets and bulk requests.
  std::unordered_map<storage::DocumentKey, Subscription> subscriptions_;
  std::map<storage::DocumentKey, std::size_t> joining_;  // Subscriptions asked for, by document.
  std::size_t wanted_ = 0;  // Documents in either, or that a bulk subscription still lists.
  std::map<std::uint64_t, OpenRequest> open_requests_;
  std::size_t open_parts_ = 0;       // Those of bulk requests.
  std::size_t free_text_bytes_ = 0;  // Of all bulk requests.
  std::map<std::uint64_t, BulkRequest> bulks_;
  std::vector<std::uint64_t> listing_;  // Those that list documents which were not asked for.
  std::size_t listed_ = 0;              // How many they are.
  RequestQueue queue_;                  // Not posted yet.
  std::size_t under_way_ = 0;           // Posted and not answered, without operations.
  // The one of them that sends records: at most one, so that a client that is far behind in many
  // documents is sent a part at a time.
  struct CatchUp {
    storage::DocumentKey key;
    bool cancelled = false;  // The client has asked to leave.
  };
  std::optional<CatchUp> catch_up_;
};

}  // namespace cowrite::session
