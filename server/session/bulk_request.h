// BulkRequest: a request for many documents, until the last of them has answered: which were not
// asked for yet, the reply as far as it is known, and what must come after it.
//
// Sans-I/O, like the Session that it is a part of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/document/messages.h"
#include "server/protocol/encode.h"
#include "server/protocol/message.h"
#include "server/session/bulk_list.h"
#include "server/session/followed_memory.h"
#include "server/session/outbox.h"

namespace cowrite::session {

class BulkRequest {
 public:
  // For the list, `bytes` were taken of the account. Of the texts that have no room of their own,
  // all requests of a connection together have some that are not paid for. REQUIRES: what is
  // referred to outlives this; the account is owned by a shared_ptr.
  BulkRequest(BulkList list, std::size_t bytes, FollowedMemory::Account& followed,
              std::size_t& free_text_bytes);
  BulkRequest(const BulkRequest&) = delete;
  BulkRequest& operator=(const BulkRequest&) = delete;
  ~BulkRequest() { all_free_text_bytes_ -= free_text_bytes_; }

  // Of those that were not asked for.
  [[nodiscard]] BulkList& list() { return list_; }
  [[nodiscard]] const BulkList& list() const { return list_; }

  // ---- What documents answer

  // One of the documents has answered, or there are none; true if it was the last.
  [[nodiscard]] bool finish_one() { return --left_ == 0; }
  // Its text, or else an error where there is no room for that.
  [[nodiscard]] Result<void> add_text(const std::string& document,
                                      const storage::Snapshot& snapshot,
                                      const document::TextRoom& room);
  // The client has it at the version that it named.
  void add_resumed(const std::string& document) { reply_.add_resumed(document); }
  void add_error(const protocol::Read& request, const Error& error);
  // Puts an error in the place of all texts that take of the memory for documents, and of those to
  // come; returns of which documents.
  [[nodiscard]] std::vector<storage::DocumentKey> give_back_texts();

  // What the client is told when there is no room for a text.
  [[nodiscard]] static Error full();

  // ---- What must come after the reply

  // False if that is too much.
  [[nodiscard]] bool hold(transport::SharedOutbound records);
  // The answer to an operation is among the records.
  void hold_answer(const storage::DocumentKey& key) { ++answers_[key]; }

  // Sends the reply and what had to wait for it. REQUIRES: all are done.
  void send(Outbox& outbox);
  // Of each document, the operations whose answers were sent so.
  [[nodiscard]] const std::map<storage::DocumentKey, std::size_t>& answers() const {
    return answers_;
  }

 private:
  using Rooms = std::vector<std::shared_ptr<const void>>;

  [[nodiscard]] bool hold_text(std::size_t bytes, const document::TextRoom& room);
  [[nodiscard]] protocol::PiecedText encode(const protocol::ReadMany& request);

  BulkList list_;
  FollowedMemory::Account& followed_;
  std::size_t& all_free_text_bytes_;  // Of texts that are not paid for, by all of a connection.
  std::size_t free_text_bytes_ = 0;   // By this.
  std::size_t left_;                  // Documents that have not answered, and one for the request.
  Rooms paid_;                        // Of the account: for the list, and what waits for the reply.
  protocol::BulkReply reply_;
  std::size_t text_bytes_ = 0;                                // In it.
  std::shared_ptr<Rooms> rooms_ = std::make_shared<Rooms>();  // For texts that are not small.
  std::map<std::string, Error> failed_;                       // Documents of a read with versions.
  std::vector<transport::SharedOutbound> held_;
  std::size_t held_bytes_ = 0;
  std::map<storage::DocumentKey, std::size_t> answers_;
};

}  // namespace cowrite::session
