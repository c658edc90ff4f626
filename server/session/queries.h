// Queries: the queries of one connection. They are costly, so one is under way at a time, and none
// while the client does not read.
//
// Sans-I/O, like the Session that it is a part of.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "server/document/messages.h"
#include "server/protocol/message.h"
#include "server/session/outbox.h"

namespace cowrite::session {

class Queries {
 public:
  Queries(document::SessionId session, document::Asker asker, storage::Payer payer, Outbox& outbox)
      : session_(session), asker_(std::move(asker)), payer_(payer), outbox_(outbox) {}

  void ask(protocol::Query query);
  void deliver(const document::QueryReply& reply);

  // The client stopped reading / reads again.
  void congested() { congested_ = true; }
  void drained();

  // Queries that are not answered yet.
  [[nodiscard]] std::size_t waiting() const { return queue_.size() + (under_way_ ? 1 : 0); }

 private:
  void pump();

  document::SessionId session_;
  document::Asker asker_;
  storage::Payer payer_;
  Outbox& outbox_;
  std::list<protocol::Query> queue_;
  bool under_way_ = false;
  bool congested_ = false;
};

}  // namespace cowrite::session
