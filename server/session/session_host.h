// SessionHost: a Session at work. Hands it the messages of its connection and of the documents, and
// carries out its effects.
//
// Belongs to the loop that accepted the connection.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/protocol/decode.h"
#include "server/protocol/escaped_texts.h"
#include "server/session/session.h"
#include "server/transport/connection.h"

namespace cowrite::session {

// How a session reaches documents and channels, wherever they live, and its loop.
struct SessionPorts {
  std::function<void(document::ToDocument)> to_document;
  std::function<void(presence::ToChannel)> to_channel;
  std::function<void(document::QueryRequest)> query;
  // Decodes a long message where that holds up nobody; `done` is called later, on the loop.
  std::function<void(std::string text, std::function<void(protocol::Decoded)> done)> decode_apart;
  // Those that the sessions of the loop are sent. Null: each makes its own.
  std::shared_ptr<protocol::EscapedTexts> texts = nullptr;
  // The last thing that is heard of it, with the documents that owe it answers.
  std::function<void(document::SessionId, const std::vector<storage::DocumentKey>& asked)> closed;

  // Calls presence_period_over() of the session when kPresencePeriod has passed.
  std::function<void(document::SessionId)> start_presence_period = [](auto) {};

  // ---- For what is counted

  std::function<document::Moment()> now = [] { return document::Moment(); };
  // The client was sent an error.
  std::function<void(std::string_view code)> on_refused = [](auto) {};
  // The client was dropped because it does not read.
  std::function<void()> on_dropped = [] {};
  // It has announced `more` presences than before.
  std::function<void(std::ptrdiff_t more)> on_presences_changed = [](auto) {};
};

class SessionHost : public transport::ConnectionEvents,
                    public std::enable_shared_from_this<SessionHost> {
 public:
  SessionHost(document::SessionId id, std::string source,
              std::shared_ptr<transport::Connection> connection, SessionPorts ports,
              std::string history_id = {}, storage::Payer payer = {},
              std::shared_ptr<FollowedMemory> followed = nullptr);

  // Greets the client.
  void open();

  // Hands the session whatever one of its deliver() functions takes.
  template <typename... News>
  void deliver(News&&... news) {
    session_.deliver(std::forward<News>(news)...);
    carry_out();
  }

  // As Session has them.
  std::size_t answer(const document::CommitNotice& notice) {
    const std::size_t cost = session_.answer(notice);
    carry_out();
    return cost;
  }
  std::size_t follow(const document::CommitNotice& notice, const transport::SharedOutbound& all) {
    const std::size_t cost = session_.follow(notice, all);
    carry_out();
    return cost;
  }

  void presence_period_over();

  // Memory for documents is scarce.
  void give_back_texts() {
    session_.give_back_texts();
    carry_out();
  }
  // The server is about to end: takes no more from the client, and closes when what it sent is
  // answered.
  void drain();
  // Closes after what is queued, with a reason for the client.
  void close(transport::CloseCode code, std::string_view reason);
  // Drops the connection: the client does not read, or the time to drain is over.
  void terminate();

  void on_message(std::string_view text) override;
  void on_drained() override;
  void on_close() override;

 private:
  void carry_out();
  void carry_out(const Send& effect);
  void carry_out(SendLong effect);
  void carry_out(const AwaitDrained& effect);
  void carry_out(const Refused& effect);
  void carry_out(const Close& effect);
  void carry_out(const Drop& effect);
  void carry_out(const ReadControl& effect);
  void carry_out(const StartPresencePeriod& effect);
  void carry_out(document::ToDocument effect);
  void carry_out(document::QueryRequest effect);
  void carry_out(presence::ToChannel effect);

  void congested(Congestion congestion);

  void decode_apart(std::string_view text);
  void decoded(protocol::Decoded decoded, Session::MessageRoomPtr room);
  void update_reading();

  enum class State { kOpen, kDraining, kClosing, kClosed };

  document::SessionId id_;
  storage::Payer payer_;
  Session session_;
  std::shared_ptr<transport::Connection> connection_;
  SessionPorts ports_;
  State state_ = State::kOpen;
  Congestion congestion_ = Congestion::kNone;
  bool dropped_ = false;
  document::Moment message_received_;  // The message in hand.
  bool decoding_ = false;              // It is being decoded; until then none is read.
  bool session_pauses_ = false;
  bool reads_ = true;          // As the connection was told last.
  std::size_t presences_ = 0;  // As told last.
};

}  // namespace cowrite::session
