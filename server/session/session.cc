#include "server/session/session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "server/protocol/decode.h"
#include "server/protocol/encode.h"
#include "server/protocol/error_codes.h"
#include "server/session/limits.h"

namespace cowrite::session {
namespace {

std::size_t channel_bytes(const std::string& channel) {
  return kChannelBytes + kChannelNames * channel.size();
}

}  // namespace

Session::Session(document::SessionId id, std::string connection_id, std::string history_id,
                 storage::Payer payer, std::shared_ptr<FollowedMemory> followed)
    : id_(id),
      payer_(payer),
      own_sources_(std::move(connection_id)),
      history_id_(std::move(history_id)),
      followed_(std::make_shared<FollowedMemory::Account>(std::move(followed))),
      reads_(id, asker_, payer, own_sources_, *followed_, outbox_),
      queries_(id, asker_, payer, outbox_),
      own_presences_(*followed_),
      pace_(*followed_) {}

// ---- From the client

void Session::open() { outbox_.send(protocol::encode_init(*own_sources_.current().id)); }

void Session::receive(std::string_view text, MessageRoomPtr room) {
  receive(protocol::decode(text), std::move(room));
}

void Session::receive(protocol::Decoded decoded, MessageRoomPtr room) {
  message_room_ = std::move(room);
  if (auto* message = std::get_if<protocol::Message>(&decoded)) {
    std::visit([this](auto known) { handle(std::move(known)); }, std::move(*message));
  } else if (auto* refused = std::get_if<protocol::Refused>(&decoded)) {
    outbox_.refuse(std::move(refused->reply), refused->error);
  } else {
    outbox_.close(transport::CloseCode::kInvalidData,
                  std::get<protocol::NotAMessage>(decoded).reason);
  }
  message_room_ = nullptr;
  update_read_pause();
}

void Session::handle(protocol::Handshake message) {
  if (message.id) {
    returned_ = true;
    // Under another id it could not take back what it has announced.
    if (*message.id != *own_sources_.current().id) {
      pace_.forget_all();
      retract(own_presences_.take_back_all());
    }
    own_sources_.take(*std::move(message.id));
  }
  outbox_.send(protocol::encode_handshake(*own_sources_.current().id, history_id_));
}

void Session::handle(const protocol::Ping& message) {
  outbox_.send(protocol::encode_done(message));
}

void Session::handle(protocol::Read message) { reads_.read(std::move(message)); }
void Session::handle(const protocol::ReadMany& message) { reads_.read_many(message); }
void Session::handle(protocol::Unsubscribe message) { reads_.leave(std::move(message)); }
void Session::handle(const protocol::UnsubscribeMany& message) { reads_.leave_many(message); }
void Session::handle(protocol::FetchSnapshot message) { reads_.snapshot(std::move(message)); }
void Session::handle(protocol::FetchSnapshotByTime message) { reads_.snapshot(std::move(message)); }

void Session::handle(protocol::Submit message) {
  const OwnSources::Source& source =
      message.source ? own_sources_.add(*message.source) : own_sources_.current();
  document::Submission submission{.session = id_,
                                  .source = source.name,
                                  .author = author_,
                                  .request = std::move(message),
                                  .payer = payer_,
                                  .source_id = source.id};
  submission.bytes = document::memory_bytes(submission);
  if (message_room_) message_room_->grow_to(submission.bytes);
  submission.room = std::move(message_room_);
  ++unanswered_;
  unanswered_bytes_ += submission.bytes;
  reads_.submit(std::move(submission));
}

void Session::handle(protocol::JoinChannel message) {
  if (channels_.contains(message.channel)) {
    outbox_.send(protocol::encode_done(message));
    return;
  }
  if (channels_.size() >= kChannelsPerConnectionMax) {
    return refuse_channel(message, "a connection may listen to at most " +
                                       std::to_string(kChannelsPerConnectionMax) + " channels");
  }
  if (!followed_->take(channel_bytes(message.channel))) {
    return refuse_channel(message,
                          "all clients together listen to as many channels as the server has "
                          "memory for; try again later");
  }
  channels_.insert(message.channel);
  outbox_.post(presence::ToChannel(
      presence::ChannelJoin{id_, message.sequence, std::move(message.channel)}));
}

void Session::refuse_channel(const protocol::JoinChannel& message, std::string sentence) {
  const Error error{protocol::kErrTooManySubscriptions, std::move(sentence)};
  outbox_.refuse(protocol::encode_error(message, error), error);
}

void Session::handle(protocol::LeaveChannel message) {
  pace_.forget(message.channel);
  retract(own_presences_.take_back(message.channel));
  if (channels_.erase(message.channel) > 0) followed_->give_back(channel_bytes(message.channel));
  outbox_.post(presence::ToChannel(
      presence::ChannelLeave{id_, message.sequence, std::move(message.channel)}));
}

void Session::handle(protocol::Presence message) {
  const OwnPresences::State before = own_presences_.state_of(message);
  if (const Result<void> remembered = own_presences_.remember(message); !remembered) {
    const Error& error = remembered.error();
    return outbox_.refuse(protocol::encode_error(message, error), error);
  }
  const bool begins = !pace_.under_way();
  const bool ends = before != OwnPresences::State::kUnknown && message.value == "null";
  if (ends) pace_.forget(message);
  const bool ends_unseen = ends && before == OwnPresences::State::kAnnounced;
  if (!ends_unseen && (ends || pace_.admit(message))) {
    own_presences_.note_shown(message);
    announce(std::move(message), Ack::kDue);
  } else {
    acknowledge(message);
  }
  if (begins && pace_.under_way()) outbox_.start_presence_period();
}

void Session::handle(const protocol::RequestPresence& message) {
  outbox_.send(protocol::encode_done(message));
  outbox_.post(presence::ToChannel(presence::ChannelCall{id_, message.channel}));
}

void Session::handle(protocol::Query message) { queries_.ask(std::move(message)); }
void Session::handle(const protocol::EndQuery& message) {
  outbox_.send(protocol::encode_done(message));
}

void Session::handle(protocol::SetName message) {
  author_ = message.name;
  outbox_.send(protocol::encode_done(message));
}

// ---- From documents

void Session::deliver(document::ReadReply reply) {
  reads_.deliver(std::move(reply));
  update_read_pause();
}
void Session::deliver(const document::LeaveReply& reply) {
  reads_.deliver(reply);
  update_read_pause();
}
void Session::deliver(const document::SnapshotReply& reply) {
  reads_.deliver(reply);
  update_read_pause();
}

void Session::deliver(const document::QueryReply& reply) {
  queries_.deliver(reply);
  update_read_pause();
}

std::size_t Session::answer(const document::CommitNotice& notice) {
  return send_answers(notice, reads_.find(notice.key));
}

std::size_t Session::follow(const document::CommitNotice& notice,
                            const transport::SharedOutbound& all) {
  Subscription* subscription = reads_.find(notice.key);
  if (subscription == nullptr || notice.records.empty() ||
      subscription->next != notice.records.front()->version ||
      own_sources_.has_any_of(notice.sources)) {
    return send_answers(notice, subscription);
  }
  subscription->next += notice.records.size();
  reads_.follow(*subscription, all, transport::Haste::kFollowed);
  return 1;
}

// For a session that is among the authors: its answers in order of arrival, each after the records
// below its version; its own operations are left out.
std::size_t Session::send_answers(const document::CommitNotice& notice,
                                  Subscription* subscription) {
  std::vector<std::string> messages;
  std::size_t looked_at = notice.answers.size() + notice.records.size();
  const auto send_records_below = [&](std::uint64_t version) {
    if (!subscription) return;
    for (std::size_t i = 0; i < notice.records.size(); ++i) {
      const storage::Record& record = *notice.records[i];
      if (record.version < subscription->next || record.version >= version) continue;
      if (!own_sources_.is_current(record.source)) {
        messages.push_back(encode_for_client(notice, i));
      }
      subscription->next = record.version + 1;
    }
  };

  std::uint64_t sent = 0;  // A client that does not follow the document was sent all below this.
  bool settled = true;
  for (const document::Answer& answer : notice.answers) {
    if (answer.session != id_) continue;
    if (const auto* ack = std::get_if<document::Ack>(&answer.outcome)) {
      send_records_below(ack->version);
      if (!subscription && ack->missed_from) {
        for (sent = std::max(sent, *ack->missed_from); sent < ack->version; ++sent) {
          const storage::Record& record = notice.at(sent);
          messages.push_back(
              protocol::encode_operation(notice.key, record, own_sources_.id_of(record.source)));
          ++looked_at;
        }
      }
      messages.push_back(protocol::encode_ack(notice.key, own_sources_.id_of(ack->source),
                                              ack->sequence, ack->version));
      if (subscription) subscription->next = std::max(subscription->next, ack->version + 1);
    } else if (const auto* refusal = std::get_if<document::Refusal>(&answer.outcome)) {
      send_records_below(refusal->version);
      messages.push_back(protocol::encode_error(refusal->request, refusal->error));
      outbox_.note_refusal(refusal->error);
    } else {
      settled = false;
    }
    answered(notice.key, answer.bytes);
  }
  send_records_below(UINT64_MAX);
  std::size_t bytes = 0;
  for (const std::string& message : messages) bytes += message.size();
  if (subscription && !messages.empty()) {
    reads_.follow(*subscription, Outbox::share(std::move(messages)), transport::Haste::kAwaited);
  } else {
    outbox_.send(std::move(messages));
  }
  if (!settled) outbox_.close(transport::CloseCode::kTryAgainLater, "the log could not be read");
  update_read_pause();
  return 1 + looked_at / kRecordsLookedAt + bytes / kBytesOfOwn;
}

// A record of the notice: as everybody is sent it, but with the client's own id.
std::string Session::encode_for_client(const document::CommitNotice& notice,
                                       std::size_t index) const {
  const storage::Record& record = *notice.records[index];
  const std::string_view id = own_sources_.id_of(record.source);
  if (id == record.source) return notice.encoded_at(index);
  return protocol::encode_operation(notice.key, record, id);
}

void Session::answered(const storage::DocumentKey& key, std::size_t bytes) {
  reads_.settled(key);
  --unanswered_;
  unanswered_bytes_ -= bytes;
}

// The first ones are a part of what a connection costs.
void Session::charge_waiting() {
  const std::size_t requests = reads_.requests() + queries_.waiting();
  const std::size_t beyond = requests - std::min(requests, kReadsInFlightPerConnectionMax);
  const std::size_t before = std::exchange(waiting_bytes_, beyond * kWaitingReadBytes);
  if (waiting_bytes_ > before) followed_->hold(waiting_bytes_ - before);
  if (waiting_bytes_ < before) followed_->give_back(before - waiting_bytes_);
}

void Session::update_read_pause() {
  charge_waiting();
  const bool full = unanswered_ >= kUnansweredPerConnectionMax ||
                    unanswered_bytes_ >= kUnansweredBytesPerConnectionMax ||
                    reads_.waiting() + queries_.waiting() >= kUnansweredReadsPerConnectionMax ||
                    (waiting_bytes_ > 0 && !followed_->fits()) || congestion_ == Congestion::kFull;
  if (full == paused_) return;
  paused_ = full;
  outbox_.set(full ? ReadControl::kPause : ReadControl::kResume);
}

// ---- Presence

void Session::announce(protocol::Presence presence, Ack ack) {
  const bool acknowledged = ack == Ack::kNotDue;
  if (presence.key) {
    outbox_.post(document::ToDocument(document::DocumentPresence{
        id_, own_sources_.current().name, std::move(presence), acknowledged, payer_}));
    return;
  }
  auto notice = std::make_shared<document::PresenceNotice>();
  notice->sender = id_;
  notice->acknowledged = acknowledged;
  notice->source = own_sources_.current().name;
  notice->encoded = protocol::encode_presence(presence, notice->source);
  notice->presence = std::move(presence);
  outbox_.post(presence::ToChannel(document::SharedPresence(std::move(notice))));
}

// The client did not send these, so it waits for no ack.
void Session::retract(std::vector<protocol::Presence> ended) {
  for (protocol::Presence& presence : ended) {
    announce(std::move(presence), Ack::kNotDue);
  }
}

void Session::presence_period_over() {
  for (protocol::Presence& presence : pace_.next_period()) {
    own_presences_.note_shown(presence);
    announce(std::move(presence), Ack::kNotDue);
  }
  if (pace_.under_way()) outbox_.start_presence_period();
}

void Session::acknowledge(const protocol::Presence& presence) {
  outbox_.send(protocol::encode_presence(presence, *own_sources_.current().id));
}

void Session::deliver(const document::PresenceAcknowledged& reply) {
  acknowledge(reply.presence->presence);
}

void Session::deliver(const document::PresenceRefused& refused) {
  outbox_.refuse(protocol::encode_error(refused.presence, refused.error), refused.error);
}

void Session::deliver(const presence::ChannelJoined& reply) {
  outbox_.send(protocol::encode_done(protocol::JoinChannel{reply.channel, reply.ticket}));
  // It may have been away: what it announces again shows the others that it is back.
  if (returned_) outbox_.send(protocol::encode_presence_request(reply.channel));
}

void Session::deliver(const presence::ChannelLeft& reply) {
  outbox_.send(protocol::encode_done(protocol::LeaveChannel{reply.channel, reply.ticket}));
}

void Session::deliver(const document::PresenceNotice& notice,
                      const transport::SharedOutbound& encoded) {
  if (notice.sender == id_) {
    if (!notice.acknowledged) acknowledge(notice.presence);
    return;
  }
  if (own_sources_.is_current(notice.source) || !concerns(notice.presence)) return;
  if (congestion_ == Congestion::kFull) {
    waiting_presences_.put(notice, encoded);
  } else {
    outbox_.send(encoded, transport::Haste::kFollowed);
  }
}

// A channel's name can be that of several documents: then the presences of one reach only those who
// follow it.
bool Session::concerns(const protocol::Presence& presence) {
  if (!presence.key) {
    // It was compared with none. The client takes it for that of the document whose channel this
    // is, and would fetch it at every operation until it is there.
    return !presence.version || !reads_.is_behind(presence.channel, *presence.version);
  }
  const bool one_document = std::ranges::count(presence.channel, '.') == 1;
  return one_document || reads_.wants(*presence.key);
}

void Session::deliver(const presence::ChannelCall& call) {
  if (call.session != id_) outbox_.send(protocol::encode_presence_request(call.channel));
}

// ---- Pace

void Session::congested(Congestion congestion) {
  congestion_ = congestion;
  reads_.congested();
  queries_.congested();
  update_read_pause();
}

void Session::drained() {
  congestion_ = Congestion::kNone;
  outbox_.send(waiting_presences_.take());
  reads_.drained();
  queries_.drained();
  update_read_pause();
}

void Session::closed() {
  asker_.leave();
  pace_.forget_all();
  retract(own_presences_.take_back_all());
}

}  // namespace cowrite::session
