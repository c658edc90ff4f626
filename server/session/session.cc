#include "server/session/session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "server/limits.h"
#include "server/protocol/decode.h"
#include "server/protocol/encode.h"
#include "server/protocol/error_codes.h"

namespace cowrite::server {

Session::Session(SessionId id, std::string source, std::string history_id)
    : id_(id),
      source_(std::move(source)),
      history_id_(std::move(history_id)),
      reads_(id, outbox_) {}

// ---- From the client

void Session::open() { outbox_.send(encode_init(source_)); }

void Session::receive(std::string_view text) {
  message_bytes_ = text.size();
  Decoded decoded = decode(text);
  if (auto* message = std::get_if<Message>(&decoded)) {
    std::visit([this](auto known) { handle(std::move(known)); }, std::move(*message));
  } else if (auto* refused = std::get_if<Refused>(&decoded)) {
    outbox_.send(std::move(refused->reply));
  } else {
    outbox_.close(CloseCode::kInvalidData, std::get<NotAMessage>(decoded).reason);
  }
  consider_reading();
}

void Session::handle(Handshake message) {
  if (message.id) {
    returned_ = true;
    source_ = *std::move(message.id);
  }
  outbox_.send(encode_handshake(source_, history_id_));
}

void Session::handle(const Ping& message) { outbox_.send(encode_done(message)); }

void Session::handle(Read message) { reads_.read(std::move(message)); }
void Session::handle(const ReadMany& message) { reads_.read_many(message); }
void Session::handle(Unsubscribe message) { reads_.leave(std::move(message)); }
void Session::handle(UnsubscribeMany message) { reads_.leave_many(std::move(message)); }
void Session::handle(FetchSnapshot message) { reads_.snapshot(std::move(message)); }
void Session::handle(FetchSnapshotByTime message) { reads_.snapshot(std::move(message)); }

void Session::handle(Submit message) {
  ++unanswered_;
  unanswered_bytes_ += message_bytes_;
  reads_.submitted(message.key);
  std::string source = message.source.value_or(source_);
  outbox_.post(
      ToDocument(Submission{id_, std::move(source), author_, std::move(message), message_bytes_}));
}

void Session::handle(JoinChannel message) {
  if (channels_.contains(message.channel)) {
    outbox_.send(encode_done(message));
    return;
  }
  if (channels_.size() >= kChannelsPerConnectionMax) {
    outbox_.send(encode_error(
        message,
        {kErrTooManySubscriptions, "a connection may listen to at most " +
                                       std::to_string(kChannelsPerConnectionMax) + " channels"}));
    return;
  }
  channels_.insert(message.channel);
  outbox_.post(ToChannel(ChannelJoin{id_, message.sequence, std::move(message.channel)}));
}

void Session::handle(LeaveChannel message) {
  retract(own_presences_.take_back(message.channel));
  channels_.erase(message.channel);
  outbox_.post(ToChannel(ChannelLeave{id_, message.sequence, std::move(message.channel)}));
}

void Session::handle(Presence message) {
  if (!own_presences_.remember(message)) {
    outbox_.send(encode_error(
        message,
        {kErrTooManyPresences, "a connection may announce at most " +
                                   std::to_string(kPresencesPerConnectionMax) + " presences"}));
    return;
  }
  announce(std::move(message), id_);
}

void Session::handle(const RequestPresence& message) {
  outbox_.send(encode_done(message));
  outbox_.post(ToChannel(ChannelCall{id_, message.channel}));
}

// Only qu gets here: queries are refused when they are decoded.
void Session::handle(const Query& message) { outbox_.send(encode_done(message)); }

void Session::handle(SetName message) {
  author_ = message.name;
  outbox_.send(encode_done(message));
}

// ---- From documents

void Session::deliver(ReadReply reply) {
  reads_.deliver(std::move(reply));
  consider_reading();
}
void Session::deliver(const LeaveReply& reply) {
  reads_.deliver(reply);
  consider_reading();
}
void Session::deliver(const SnapshotReply& reply) {
  reads_.deliver(reply);
  consider_reading();
}

void Session::deliver(const CommitNotice& notice, const SharedOutbound& all) {
  Subscription* subscription = reads_.find(notice.key);
  const auto mine = [this](const RecordPtr& record) { return record->source == source_; };
  const bool answers_me = std::ranges::any_of(
      notice.answers, [this](const Answer& answer) { return answer.session == id_; });
  if (!answers_me && subscription && !notice.records.empty() &&
      subscription->next == notice.records.front()->version &&
      std::ranges::none_of(notice.records, mine)) {
    subscription->next += notice.records.size();
    reads_.follow(*subscription, all);
    return;
  }
  send_answers(notice, subscription);
}

// The long way, for who is among the authors: answers in order of arrival, each after the records
// below its version; own operations left out.
void Session::send_answers(const CommitNotice& notice, Subscription* subscription) {
  std::vector<std::string> messages;
  const auto send_records_below = [&](std::uint64_t version) {
    if (!subscription) return;
    for (std::size_t i = 0; i < notice.records.size(); ++i) {
      const storage::Record& record = *notice.records[i];
      if (record.version < subscription->next || record.version >= version) continue;
      if (record.source != source_) messages.push_back(notice.encoded[i]);
      subscription->next = record.version + 1;
    }
  };

  std::uint64_t sent =
      0;  // What a client that does not follow the document has been sent, up to this version.
  bool settled = true;
  for (const Answer& answer : notice.answers) {
    if (answer.session != id_) continue;
    if (const auto* ack = std::get_if<Ack>(&answer.outcome)) {
      send_records_below(ack->version);
      for (const RecordPtr& record : ack->missed) {
        if (subscription || record->version < sent) continue;
        messages.push_back(encode_operation(notice.key, *record));
        sent = record->version + 1;
      }
      messages.push_back(encode_ack(notice.key, ack->source, ack->sequence, ack->version));
      if (subscription) subscription->next = std::max(subscription->next, ack->version + 1);
    } else if (const auto* refusal = std::get_if<Refusal>(&answer.outcome)) {
      send_records_below(refusal->version);
      messages.push_back(encode_error(refusal->request, refusal->error));
    } else {
      settled = false;
    }
    answered(notice.key, answer.bytes);
  }
  send_records_below(UINT64_MAX);
  if (subscription && !messages.empty()) {
    reads_.follow(*subscription, Outbox::share(std::move(messages)));
  } else {
    outbox_.send(std::move(messages));
  }
  if (!settled) outbox_.close(CloseCode::kTryAgainLater, "the log could not be read");
  consider_reading();
}

void Session::answered(const DocumentKey& key, std::size_t bytes) {
  reads_.settled(key);
  --unanswered_;
  unanswered_bytes_ -= bytes;
}

void Session::consider_reading() {
  const bool full = unanswered_ >= kUnansweredPerConnectionMax ||
                    unanswered_bytes_ >= kUnansweredBytesPerConnectionMax ||
                    reads_.waiting() >= kUnansweredPerConnectionMax || congested_;
  if (full == paused_) return;
  paused_ = full;
  outbox_.set(full ? Reading::kPause : Reading::kResume);
}

// ---- Presence

void Session::announce(Presence presence, SessionId acknowledged) {
  if (presence.place) {
    outbox_.post(ToDocument(DocumentPresence{acknowledged, source_, std::move(presence)}));
    return;
  }
  auto notice = std::make_shared<PresenceNotice>();
  notice->sender = acknowledged;
  notice->source = source_;
  notice->encoded = encode_presence(presence, source_);
  notice->presence = std::move(presence);
  outbox_.post(ToChannel(SharedPresence(std::move(notice))));
}

// The client did not send these, so it waits for no ack.
void Session::retract(std::vector<Presence> ended) {
  for (Presence& presence : ended) announce(std::move(presence), SessionId{id_.loop, 0});
}

void Session::deliver(const PresenceRefused& refused) {
  outbox_.send(encode_error(refused.presence, refused.error));
}

void Session::deliver(const ChannelJoined& reply) {
  outbox_.send(encode_done(JoinChannel{reply.channel, reply.ticket}));
  // It may have been away: what it announces again shows the others that it is back.
  if (returned_) outbox_.send(encode_presence_request(reply.channel));
}

void Session::deliver(const ChannelLeft& reply) {
  outbox_.send(encode_done(LeaveChannel{reply.channel, reply.ticket}));
}

void Session::deliver(const PresenceNotice& notice, const SharedOutbound& encoded) {
  const bool acknowledges = notice.sender == id_;
  if (!acknowledges && notice.source == source_) return;
  if (!acknowledges && congested_) {
    waiting_presences_.put(notice, encoded);
  } else {
    outbox_.send(encoded);
  }
}

void Session::deliver(const ChannelCall& call) {
  if (call.session != id_) outbox_.send(encode_presence_request(call.channel));
}

// ---- Pace

void Session::congested() {
  congested_ = true;
  reads_.congested();
  consider_reading();
}

void Session::drained() {
  congested_ = false;
  for (SharedOutbound& presence : waiting_presences_.take()) outbox_.send(std::move(presence));
  reads_.drained();
  consider_reading();
}

void Session::closed() { retract(own_presences_.take_back_all()); }

}  // namespace cowrite::server
