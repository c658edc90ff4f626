#include "server/switchboard/session_table.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "server/protocol/decode.h"
#include "server/session/limits.h"
#include "server/switchboard/limits.h"

namespace cowrite::switchboard {

using storage::DocumentKey;

SessionTable::SessionTable(Switchboard& board, LoopIndex loop, const Options& options,
                           Counts& counts, Gathering& gathering)
    : board_(board),
      loop_(loop),
      history_id_(options.history_id),
      counts_(counts),
      gathering_(gathering),
      fan_out_(
          options.at_once.told, std::min(options.at_once.told, kToldInAnyCase),
          [this](FanOut::Work work) { board_.ports().post(loop_, std::move(work)); },
          [this] { return board_.ports().has_output_room(loop_); }, counts.notices_waiting),
      texts_(std::make_shared<protocol::EscapedTexts>(
          options.escaped_bytes / options.loops, counts.texts,
          [this](storage::Payer payer, std::function<void()> work, std::function<void()> done) {
            run_apart(payer, std::move(work), std::move(done));
          })),
      requests_(options.at_once.asked, [this](std::function<void()> work) {
        board_.ports().post(loop_, std::move(work));
      }) {}

// ---- Coming and going

std::shared_ptr<transport::ConnectionEvents> SessionTable::accept(
    std::shared_ptr<transport::Connection> connection, storage::Payer payer) {
  const SessionId id{loop_, next_session_++};
  auto host = std::make_shared<session::SessionHost>(id, board_.ports().new_id(),
                                                     std::move(connection), session_ports(payer),
                                                     history_id_, payer, board_.followed());
  sessions_.emplace(id.number, host);
  host->open();
  if (draining_) host->drain();
  return host;
}

// In turn, all of it, so that what one session asks for keeps its order.
template <typename Pass>
void SessionTable::ask(storage::Payer payer, Pass pass) {
  gathering_.note_request();
  requests_.take(payer, [pass = std::move(pass)]() mutable {
    pass();
    return std::size_t{1};
  });
}

session::SessionPorts SessionTable::session_ports(storage::Payer payer) {
  return {
      .to_document =
          [this, payer](document::ToDocument request) {
            ask(payer, [this, request = std::move(request)]() mutable {
              board_.to_document(std::move(request));
            });
          },
      .to_channel =
          [this, payer](presence::ToChannel request) {
            ask(payer, [this, request = std::move(request)]() mutable {
              board_.to_channel(std::move(request));
            });
          },
      .query =
          [this, payer](document::QueryRequest request) {
            ask(payer, [this, request = std::move(request)] { board_.query(request); });
          },
      .decode_apart =
          [this, payer](std::string text, std::function<void(protocol::Decoded)> done) {
            decode_apart(payer, std::move(text), std::move(done));
          },
      .texts = texts_,
      .closed = [this, payer](
                    SessionId session,
                    const std::vector<DocumentKey>& asked) { forget(session, payer, asked); },
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

void SessionTable::decode_apart(storage::Payer payer, std::string text,
                                std::function<void(protocol::Decoded)> done) {
  const auto decoded = std::make_shared<protocol::Decoded>();
  run_apart(
      payer, [decoded, text = std::move(text)] { *decoded = protocol::decode(text); },
      [decoded, done = std::move(done)] { done(std::move(*decoded)); });
}

void SessionTable::run_apart(storage::Payer payer, std::function<void()> work,
                             std::function<void()> done) {
  // Who waits for it ends on the loop, and nowhere else.
  board_.ports().run_apart(payer, [this, work = std::move(work), done = std::move(done)]() mutable {
    work();
    board_.ports().post(loop_, std::exchange(done, nullptr));
  });
}

void SessionTable::forget(SessionId session, storage::Payer payer, std::vector<DocumentKey> asked) {
  if (!asked.empty()) {
    ask(payer, [this, payer, asked = std::move(asked)] {
      for (const DocumentKey& key : asked) board_.asker_gone(key, payer);
    });
  }
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
  std::vector<SessionNumber> open;
  open.reserve(sessions_.size());
  for (const auto& [number, host] : sessions_) open.push_back(number);
  drain_some(std::move(open));
  board_.ports().post_after(loop_, kDrain, [this] { finish_drain(); });
}

// Some in each turn, since one that has nothing to finish is closed at once.
void SessionTable::drain_some(std::vector<SessionNumber> open) {
  for (std::size_t i = 0; i < kDrainedAtOnce && !open.empty(); ++i) {
    if (const auto host = find(open.back())) host->drain();
    open.pop_back();
  }
  if (open.empty()) return;
  board_.ports().post(loop_,
                      [this, open = std::move(open)]() mutable { drain_some(std::move(open)); });
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

// ---- In turn

// Where nothing is under way, no name is made.
template <typename Work>
void SessionTable::in_turn(const DocumentKey& key, Work work) {
  if (fan_out_.idle()) return work();
  in_turn(protocol::presence_channel(key), std::move(work));
}

template <typename Work>
void SessionTable::in_turn(const std::string& channel, Work work) {
  if (!fan_out_.under_way(channel)) return work();
  fan_out_.wait(channel, std::move(work));
}

// ---- To one session

void SessionTable::deliver(SessionId id, document::ReadReply reply) {
  const DocumentKey key = reply.key;
  in_turn(key, [this, id, reply = std::move(reply)]() mutable { take(id, std::move(reply)); });
}

void SessionTable::take(SessionId id, document::ReadReply reply) {
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
  in_turn(reply.key, [this, id, reply] { take(id, reply); });
}

void SessionTable::take(SessionId id, const document::LeaveReply& reply) {
  if (documents_.leave(reply.key, id.number)) {
    counts_.subscriptions.subtract();
    board_.leave_document(reply.key, loop_);
  }
  if (const auto host = find(id.number)) host->deliver(reply);
}

void SessionTable::deliver(SessionId id, const presence::ChannelJoined& reply) {
  in_turn(reply.channel, [this, id, reply] { take(id, reply); });
}

void SessionTable::take(SessionId id, const presence::ChannelJoined& reply) {
  const std::shared_ptr<session::SessionHost> host = find(id.number);
  if (!host || !channels_.join(reply.channel, id.number)) {
    board_.leave_channel(reply.channel, loop_);
  }
  if (host) host->deliver(reply);
}

void SessionTable::deliver(SessionId id, const presence::ChannelLeft& reply) {
  in_turn(reply.channel, [this, id, reply] { take(id, reply); });
}

void SessionTable::take(SessionId id, const presence::ChannelLeft& reply) {
  if (channels_.leave(reply.channel, id.number)) board_.leave_channel(reply.channel, loop_);
  if (const auto host = find(id.number)) host->deliver(reply);
}

// ---- Commits

// The authors first, who wait for it; then those who follow the document.
struct SessionTable::CommitTelling {
  SessionTable& table;
  document::SharedCommit notice;
  std::vector<SessionNumber> sessions;
  std::size_t authors = 0;
  transport::SharedOutbound all = nullptr;  // For those who follow.

  std::size_t operator()(std::size_t index) {
    const auto host = table.find(sessions[index]);
    std::size_t cost = 1;
    if (index >= authors) {
      if (!all) all = session::Outbox::share(notice->all_encoded());
      if (host) cost = host->follow(*notice, all);
      return cost;
    }
    if (host) cost = host->answer(*notice);
    if (index + 1 == authors) table.measure_acks(notice->answers);
    return cost;
  }
};

void SessionTable::announce(const document::SharedCommit& notice) {
  in_turn(notice->key, [this, notice] { tell(notice); });
}

void SessionTable::tell(const document::SharedCommit& notice) {
  std::vector<SessionNumber> sessions = authors_of(*notice);
  const std::size_t authors = sessions.size();
  if (!notice->records.empty()) {
    const std::vector<SessionNumber> followers = documents_.sessions(notice->key);
    sessions.reserve(authors + followers.size());
    for (const SessionNumber number : followers) {
      const auto end = sessions.begin() + static_cast<std::ptrdiff_t>(authors);
      if (!std::binary_search(sessions.begin(), end, number)) sessions.push_back(number);
    }
  }
  const std::size_t count = sessions.size();
  fan_out_.tell([&] { return protocol::presence_channel(notice->key); }, count,
                CommitTelling{*this, notice, std::move(sessions), authors});
}

// Of this loop, in order of their numbers. Operators, who have no sessions, are told at once.
std::vector<SessionTable::SessionNumber> SessionTable::authors_of(
    const document::CommitNotice& notice) {
  std::vector<SessionNumber> authors;
  for (const document::Answer& answer : notice.answers) {
    if (answer.session.loop != loop_) continue;
    if (!operator_submissions_.empty()) {
      if (const auto submission = operator_submissions_.extract(answer.session.number)) {
        submission.mapped()(answer);
        continue;
      }
    }
    authors.push_back(answer.session.number);
  }
  std::ranges::sort(authors);
  authors.erase(std::unique(authors.begin(), authors.end()), authors.end());
  return authors;
}

// Of the sessions of this loop, which have been handed to their connections by now. An operator's
// did not arrive at a connection.
void SessionTable::measure_acks(const std::vector<document::Answer>& answers) {
  const document::Moment now = board_.ports().now();
  for (const document::Answer& answer : answers) {
    const bool is_ack = std::holds_alternative<document::Ack>(answer.outcome);
    if (!is_ack || answer.session.loop != loop_ || answer.received == document::Moment()) continue;
    counts_.ack_seconds.record(now - answer.received);
  }
}

// ---- Presences

// Its sender takes it for the ack, which does not wait.
void SessionTable::announce(const document::SharedPresence& notice) {
  if (notice->sender.loop == loop_) {
    if (const auto host = find(notice->sender.number)) host->deliver(*notice, nullptr);
  }
  const std::string& channel = notice->presence.channel;
  if (fan_out_.has_room(channel)) return tell(notice);
  const std::size_t listeners = channels_.count(channel);
  if (listeners == 0) return;
  const bool is_gone = notice->presence.value == "null";
  fan_out_.wait(channel,
                {.name = notice->source + '\0' + notice->presence.id,
                 .version = notice->presence.presence_version,
                 .bytes = 2 * notice->encoded.size() + kWaitingPresenceBytes,
                 .kind = is_gone ? FanOut::Kind::kGone : FanOut::Kind::kShown,
                 .listeners = listeners},
                [this, notice] { tell(notice); });
}

void SessionTable::tell(const document::SharedPresence& notice) {
  std::vector<SessionNumber> listeners = channels_.sessions(notice->presence.channel);
  if (notice->sender.loop == loop_) std::erase(listeners, notice->sender.number);
  const std::size_t count = listeners.size();
  fan_out_.tell([&] { return notice->presence.channel; }, count,
                [this, notice, listeners = std::move(listeners),
                 encoded = session::Outbox::share({notice->encoded})](std::size_t index) {
                  if (const auto host = find(listeners[index])) host->deliver(*notice, encoded);
                  return std::size_t{1};
                });
}

// One that waits and a later one become a call for the presences of all.
void SessionTable::announce(const presence::ChannelCall& call) {
  if (fan_out_.has_room(call.channel)) return tell(call);
  if (channels_.count(call.channel) == 0) return;
  fan_out_.wait(call.channel, {.name = "call"},
                [this, all = presence::ChannelCall{{}, call.channel}] { tell(all); });
}

void SessionTable::tell(const presence::ChannelCall& call) {
  std::vector<SessionNumber> listeners = channels_.sessions(call.channel);
  const std::size_t count = listeners.size();
  fan_out_.tell([&] { return call.channel; }, count,
                [this, call, listeners = std::move(listeners)](std::size_t index) {
                  if (const auto host = find(listeners[index])) host->deliver(call);
                  return std::size_t{1};
                });
}

// ---- The end of a document's history

void SessionTable::close_subscribers(const DocumentKey& key) {
  in_turn(key, [this, key] {
    std::vector<SessionNumber> subscribers = documents_.sessions(key);
    const std::size_t count = subscribers.size();
    fan_out_.tell([&] { return protocol::presence_channel(key); }, count,
                  [this, subscribers = std::move(subscribers)](std::size_t index) {
                    if (const auto host = find(subscribers[index])) {
                      host->close(transport::CloseCode::kServiceRestart,
                                  "the document was replaced");
                    }
                    return std::size_t{1};
                  });
  });
}

}  // namespace cowrite::switchboard
