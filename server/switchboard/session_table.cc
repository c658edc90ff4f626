#include "server/switchboard/session_table.h"

#include <utility>
#include <variant>
#include <vector>

#include "server/protocol/decode.h"
#include "server/session/limits.h"
#include "server/switchboard/limits.h"

namespace cowrite::switchboard {

using storage::DocumentKey;

SessionTable::SessionTable(Switchboard& board, LoopIndex loop, std::string history_id,
                           Counts& counts)
    : board_(board), loop_(loop), history_id_(std::move(history_id)), counts_(counts) {}

// ---- Coming and going

std::shared_ptr<transport::ConnectionEvents> SessionTable::accept(
    std::shared_ptr<transport::Connection> connection, storage::Payer payer) {
  const SessionId id{loop_, next_session_++};
  auto host = std::make_shared<session::SessionHost>(id, board_.ports().new_id(),
                                                     std::move(connection), session_ports(),
                                                     history_id_, payer, board_.followed());
  sessions_.emplace(id.number, host);
  host->open();
  if (draining_) host->drain();
  return host;
}

session::SessionPorts SessionTable::session_ports() {
  return {
      .to_document =
          [this](document::ToDocument request) { board_.to_document(std::move(request)); },
      .to_channel = [this](presence::ToChannel request) { board_.to_channel(std::move(request)); },
      .query = [this](const document::QueryRequest& request) { board_.query(request); },
      .decode_apart =
          [this](std::string text, std::function<void(protocol::Decoded)> done) {
            decode_apart(std::move(text), std::move(done));
          },
      .closed = [this](SessionId session) { forget(session); },
      .start_presence_period =
          [this](SessionId session) {
            board_.ports().post_after(loop_, session::kPresencePeriod, [this, session] {
              if (const auto host = find(session.number)) host->presence_period_over();
            });
          },
      .now = board_.ports().now,
      .on_refused = board_.ports().on_refused,
      .on_dropped = [this] { counts_.slow_readers.add(); },
      .on_presences_changed =
          [this](std::ptrdiff_t more) {
            counts_.presences.add(static_cast<std::uint64_t>(more));  // Modulo 2^64, as it wraps.
          },
  };
}

void SessionTable::give_back_texts() {
  const auto open = sessions_;  // One of them may end.
  for (const auto& [number, host] : open) host->give_back_texts();
}

void SessionTable::decode_apart(std::string text, std::function<void(protocol::Decoded)> done) {
  board_.ports().run_apart([this, text = std::move(text), done = std::move(done)] {
    const auto decoded = std::make_shared<protocol::Decoded>(protocol::decode(text));
    board_.ports().post(loop_, [decoded, done] { done(std::move(*decoded)); });
  });
}

void SessionTable::forget(SessionId session) {
  for (const DocumentKey& key : documents_.leave_all(session.number)) {
    counts_.subscriptions.subtract();
    board_.leave_document(key, loop_);
  }
  for (const std::string& channel : channels_.leave_all(session.number)) {
    board_.leave_channel(channel, loop_);
  }
  sessions_.erase(session.number);
  if (sessions_.empty()) finish_drain();
}

void SessionTable::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  if (sessions_.empty()) return finish_drain();
  const auto open = sessions_;  // One that has nothing to finish may be gone at once.
  for (const auto& [number, host] : open) host->drain();
  board_.ports().post_after(loop_, kDrain, [this] { finish_drain(); });
}

void SessionTable::finish_drain() {
  const auto done = std::exchange(drained_, nullptr);
  if (!done) return;
  const auto late = sessions_;
  for (const auto& [number, host] : late) host->terminate();
  done();
}

void SessionTable::submit(document::Submission submission,
                          std::function<void(const document::Answer&)> done) {
  submission.session = {loop_, next_session_++};
  submission.source = board_.ports().new_id();
  operator_submissions_.emplace(submission.session.number, std::move(done));
  board_.to_document(std::move(submission));
}

std::shared_ptr<session::SessionHost> SessionTable::find(SessionNumber number) const {
  const auto found = sessions_.find(number);
  return found == sessions_.end() ? nullptr : found->second;
}

// ---- To one session

void SessionTable::deliver(SessionId id, document::ReadReply reply) {
  const std::shared_ptr<session::SessionHost> host = find(id.number);
  // It is counted for one session only once, and not at all if the session is gone by now.
  if (reply.joined) {
    if (host && documents_.join(reply.key, id.number)) {
      counts_.subscriptions.add();
    } else {
      board_.leave_document(reply.key, loop_);
    }
  }
  if (host) host->deliver(std::move(reply));
}

void SessionTable::deliver(SessionId id, const document::LeaveReply& reply) {
  if (documents_.leave(reply.key, id.number)) {
    counts_.subscriptions.subtract();
    board_.leave_document(reply.key, loop_);
  }
  if (const auto host = find(id.number)) host->deliver(reply);
}

void SessionTable::deliver(SessionId id, const presence::ChannelJoined& reply) {
  const std::shared_ptr<session::SessionHost> host = find(id.number);
  if (!host || !channels_.join(reply.channel, id.number)) {
    board_.leave_channel(reply.channel, loop_);
  }
  if (host) host->deliver(reply);
}

void SessionTable::deliver(SessionId id, const presence::ChannelLeft& reply) {
  if (channels_.leave(reply.channel, id.number)) board_.leave_channel(reply.channel, loop_);
  if (const auto host = find(id.number)) host->deliver(reply);
}

// ---- To all sessions that are concerned

void SessionTable::announce(const document::SharedCommit& notice) {
  std::set<SessionNumber> concerned;
  for (const SessionNumber number : documents_.sessions(notice->key)) concerned.insert(number);
  for (const document::Answer& answer : notice->answers) {
    if (answer.session.loop != loop_) continue;
    if (const auto submission = operator_submissions_.extract(answer.session.number)) {
      submission.mapped()(answer);
    } else {
      concerned.insert(answer.session.number);
    }
  }
  const transport::SharedOutbound all = session::Outbox::share(notice->encoded);
  for (const SessionNumber number : concerned) {
    if (const auto host = find(number)) host->deliver(*notice, all);
  }
  measure_acks(notice->answers);
}

// Of the sessions of this loop, which have been handed to their connections by now. An operator's
// did not arrive at a connection.
void SessionTable::measure_acks(const std::vector<document::Answer>& answers) {
  if (answers.empty()) return;
  const document::Moment now = board_.ports().now();
  for (const document::Answer& answer : answers) {
    const bool is_ack = std::holds_alternative<document::Ack>(answer.outcome);
    if (!is_ack || answer.session.loop != loop_ || answer.received == document::Moment()) continue;
    counts_.ack_seconds.record(now - answer.received);
  }
}

void SessionTable::announce(const document::SharedPresence& notice) {
  const std::vector<SessionNumber> listeners = channels_.sessions(notice->presence.channel);
  std::set<SessionNumber> concerned(listeners.begin(), listeners.end());
  if (notice->sender.loop == loop_) concerned.insert(notice->sender.number);
  const transport::SharedOutbound encoded = session::Outbox::share({notice->encoded});
  for (const SessionNumber number : concerned) {
    if (const auto host = find(number)) host->deliver(*notice, encoded);
  }
}

void SessionTable::announce(const presence::ChannelCall& call) {
  for (const SessionNumber number : channels_.sessions(call.channel)) {
    if (const auto host = find(number)) host->deliver(call);
  }
}

void SessionTable::close_subscribers(const DocumentKey& key) {
  for (const SessionNumber number : documents_.sessions(key)) {
    if (const auto host = find(number)) {
      host->close(transport::CloseCode::kServiceRestart, "the document was replaced");
    }
  }
}

}  // namespace cowrite::switchboard
