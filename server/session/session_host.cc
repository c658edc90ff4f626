#include "server/session/session_host.h"

#include <variant>

#include "server/session/limits.h"

namespace cowrite::session {

namespace {

class LongReply final : public transport::LongText {
 public:
  LongReply(SendLong reply, std::shared_ptr<protocol::EscapedTexts> texts, storage::Payer payer)
      : reply_(std::move(reply)), texts_(std::move(texts)), payer_(payer) {}

  bool prepare(std::function<void()> ready) override {
    return texts_ == nullptr || reply_.message.prepare(*texts_, payer_, std::move(ready));
  }
  bool next(std::string& out) override { return reply_.message.next(out, texts_.get()); }

 private:
  SendLong reply_;
  std::shared_ptr<protocol::EscapedTexts> texts_;
  storage::Payer payer_;
};

}  // namespace

SessionHost::SessionHost(document::SessionId id, std::string source,
                         std::shared_ptr<transport::Connection> connection, SessionPorts ports,
                         std::string history_id, storage::Payer payer,
                         std::shared_ptr<FollowedMemory> followed)
    : id_(id),
      payer_(payer),
      session_(id, std::move(source), std::move(history_id), payer, std::move(followed)),
      connection_(std::move(connection)),
      ports_(std::move(ports)) {}

void SessionHost::open() {
  session_.open();
  carry_out();
}

void SessionHost::presence_period_over() {
  session_.presence_period_over();
  carry_out();
}

// ---- The end

void SessionHost::drain() {
  if (state_ != State::kOpen) return;
  state_ = State::kDraining;
  connection_->pause_reading();
  carry_out();
}

void SessionHost::close(transport::CloseCode code, std::string_view reason) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  state_ = State::kClosing;
  connection_->resume_reading();  // The peer's answer to the close must be read.
  connection_->close(code, reason);
}

void SessionHost::terminate() {
  if (state_ != State::kClosed) connection_->terminate();
}

// ---- From the connection

void SessionHost::on_message(std::string_view text) {
  if (state_ != State::kOpen) return;
  message_received_ = ports_.now();
  if (text.size() > kDecodedApartBytes) return decode_apart(text);
  session_.receive(text, connection_->take_room());
  carry_out();
}

// No message overtakes it: none is read meanwhile.
void SessionHost::decode_apart(std::string_view text) {
  decoding_ = true;
  update_reading();
  ports_.decode_apart(std::string(text),
                      [self = shared_from_this(), room = connection_->take_room()](
                          protocol::Decoded message) { self->decoded(std::move(message), room); });
}

void SessionHost::decoded(protocol::Decoded decoded, Session::MessageRoomPtr room) {
  decoding_ = false;
  if (state_ != State::kOpen) return;
  session_.receive(std::move(decoded), std::move(room));
  carry_out();
  update_reading();
}

void SessionHost::update_reading() {
  if (state_ != State::kOpen) return;
  const bool reads = !session_pauses_ && !decoding_;
  if (std::exchange(reads_, reads) == reads) return;
  if (reads) {
    connection_->resume_reading();
  } else {
    connection_->pause_reading();
  }
}

void SessionHost::on_drained() {
  if (state_ == State::kClosed) return;
  congestion_ = Congestion::kNone;
  session_.drained();
  carry_out();
}

void SessionHost::on_close() {
  state_ = State::kClosed;
  session_.closed();
  carry_out();
  ports_.closed(id_, session_.asked());
}

// ---- Effects

void SessionHost::carry_out() {
  // What is carried out may make more due at once.
  for (auto effects = session_.take_effects(); !effects.empty();
       effects = session_.take_effects()) {
    for (SessionEffect& effect : effects) {
      std::visit([this](auto due) { carry_out(std::move(due)); }, std::move(effect));
    }
  }
  if (const std::size_t presences = session_.presences(); presences != presences_) {
    ports_.on_presences_changed(static_cast<std::ptrdiff_t>(presences) -
                                static_cast<std::ptrdiff_t>(std::exchange(presences_, presences)));
  }
  if (state_ == State::kDraining && !session_.owes_answers()) {
    close(transport::CloseCode::kServiceRestart, "the server restarts");
  }
}

void SessionHost::carry_out(const Send& effect) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  connection_->send(effect.outbound, effect.haste);
  const std::size_t queued = connection_->queued_bytes();
  if (queued > kSendQueueBytesMax) return carry_out(Drop{});
  if (queued > kSendQueueHighBytes) congested(Congestion::kFull);
}

void SessionHost::carry_out(SendLong effect) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  connection_->send_long(std::make_unique<LongReply>(std::move(effect), ports_.texts, payer_));
  congested(Congestion::kLongReply);
}

void SessionHost::carry_out(const AwaitDrained&) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  if (connection_->await_drained()) {
    congested(Congestion::kLongReply);
  } else {
    session_.drained();
  }
}

void SessionHost::congested(Congestion congestion) {
  if (congestion <= congestion_) return;
  congestion_ = congestion;
  session_.congested(congestion);
}

void SessionHost::carry_out(const Refused& effect) { ports_.on_refused(effect.code); }

void SessionHost::carry_out(const Close& effect) { close(effect.code, effect.reason); }

void SessionHost::carry_out(const Drop&) {
  if (std::exchange(dropped_, true)) return;
  ports_.on_dropped();
  terminate();
}

void SessionHost::carry_out(const ReadControl& effect) {
  session_pauses_ = effect == ReadControl::kPause;
  update_reading();
}

void SessionHost::carry_out(const StartPresencePeriod&) { ports_.start_presence_period(id_); }

void SessionHost::carry_out(document::ToDocument effect) {
  if (auto* submission = std::get_if<document::Submission>(&effect)) {
    submission->received = message_received_;
  }
  ports_.to_document(std::move(effect));
}

void SessionHost::carry_out(document::QueryRequest effect) { ports_.query(std::move(effect)); }

void SessionHost::carry_out(presence::ToChannel effect) { ports_.to_channel(std::move(effect)); }

}  // namespace cowrite::session
