// Outbox: what a session wants done, in order. Its host takes the effects and carries them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/document/messages.h"
#include "server/presence/channel.h"
#include "server/protocol/limits.h"
#include "server/protocol/pieced_text.h"
#include "server/transport/connection.h"

namespace cowrite::session {

struct Send {
  transport::SharedOutbound outbound;
  transport::Haste haste = transport::Haste::kAwaited;
};
// The client was sent so much that more waits until it has taken it.
struct AwaitDrained {};
// One message that is made as the client takes it, and what it takes of the memory for documents.
struct SendLong {
  protocol::PiecedText message;
  document::TextRoom room;
};
struct Close {
  transport::CloseCode code = transport::CloseCode::kInvalidData;
  std::string reason;
};
// The client does not read, and more must not wait for it.
struct Drop {};
// The client is sent an error with this code.
struct Refused {
  std::string_view code;
};
// Tell the session when kPresencePeriod has passed.
struct StartPresencePeriod {};
enum class ReadControl : std::uint8_t { kPause, kResume };

using SessionEffect = std::variant<Send, SendLong, AwaitDrained, Refused, Close, Drop, ReadControl,
                                   StartPresencePeriod, document::ToDocument,
                                   document::QueryRequest, presence::ToChannel>;

class Outbox {
 public:
  void send(transport::SharedOutbound outbound,
            transport::Haste haste = transport::Haste::kAwaited) {
    effects_.emplace_back(Send{std::move(outbound), haste});
  }
  // Several messages in one write.
  void send(std::vector<std::string> messages) {
    if (!messages.empty()) send(share(std::move(messages)));
  }
  void send(std::string message) { send(share({std::move(message)})); }
  void await_drained() { effects_.emplace_back(AwaitDrained{}); }
  // A message with documents in it, and the memory that they take.
  void send(protocol::PiecedText message, document::TextRoom room) {
    if (message.bytes_left() <= protocol::kPieceBytes) return send(std::move(message).take());
    effects_.emplace_back(SendLong{std::move(message), std::move(room)});
  }

  // An answer that is an error.
  void refuse(std::string message, const Error& error) {
    send(std::move(message));
    note_refusal(error);
  }
  // Of an error that is a part of a longer answer.
  void note_refusal(const Error& error) { effects_.emplace_back(Refused{error.code}); }

  void post(document::ToDocument request) { effects_.emplace_back(std::move(request)); }
  void post(document::QueryRequest request) { effects_.emplace_back(std::move(request)); }
  void post(presence::ToChannel request) { effects_.emplace_back(std::move(request)); }
  void close(transport::CloseCode code, std::string reason) {
    effects_.emplace_back(Close{code, std::move(reason)});
  }
  void drop() { effects_.emplace_back(Drop{}); }
  void start_presence_period() { effects_.emplace_back(StartPresencePeriod{}); }
  void set(ReadControl control) { effects_.emplace_back(control); }

  [[nodiscard]] std::vector<SessionEffect> take() { return std::exchange(effects_, {}); }

  [[nodiscard]] static transport::SharedOutbound share(std::vector<std::string> messages) {
    std::size_t bytes = 0;
    for (const std::string& message : messages) bytes += message.size();
    return std::make_shared<const transport::Outbound>(
        transport::Outbound{std::move(messages), bytes, nullptr});
  }

 private:
  std::vector<SessionEffect> effects_;
};

}  // namespace cowrite::session
