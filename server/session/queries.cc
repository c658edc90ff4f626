#include "server/session/queries.h"

#include "server/protocol/encode.h"

namespace cowrite::session {

void Queries::ask(protocol::Query query) {
  queue_.push_back(std::move(query));
  pump();
}

void Queries::deliver(const document::QueryReply& reply) {
  if (reply.page) {
    outbox_.send(protocol::encode_query(reply.query, *reply.page), reply.room);
  } else {
    const Error& error = reply.page.error();
    outbox_.refuse(protocol::encode_error(reply.query, error), error);
  }
  under_way_ = false;
  pump();
}

void Queries::drained() {
  congested_ = false;
  pump();
}

void Queries::pump() {
  if (under_way_ || congested_ || queue_.empty()) return;
  under_way_ = true;
  outbox_.post(document::QueryRequest{session_, std::move(queue_.front()), payer_, asker_});
  queue_.pop_front();
}

}  // namespace cowrite::session
