// Connection: one client's WebSocket as the rest of the server sees it. Belongs to the thread of
// its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cowrite::transport {

// One or more JSON messages on their way to clients of one loop: they are encoded once, shared by
// all clients that get the same, and sent in one write. Immutable but for the transport's own
// prepared form, so an outbound stays on its loop's thread.
struct Outbound {
  std::vector<std::string> messages;
  std::size_t bytes = 0;                   // Sum of the messages' sizes.
  mutable std::shared_ptr<void> prepared;  // The transport's framed form, made on first use.
};
using SharedOutbound = std::shared_ptr<const Outbound>;

// Whether somebody waits for what is sent, as for the answer to a request, or only hears of what
// others do.
enum class Haste : std::uint8_t { kAwaited, kFollowed };

// A long text that is made piece by piece.
class LongText {
 public:
  virtual ~LongText() = default;
  // Asked before next(). False if the next piece is better waited for: then `ready` is called,
  // later.
  [[nodiscard]] virtual bool prepare(std::function<void()> ready) = 0;
  // Appends the next piece, and returns whether more follow.
  virtual bool next(std::string& out) = 0;
};

enum class CloseCode : std::uint16_t {
  kUnsupportedData = 1003,  // Binary.
  kInvalidData = 1007,      // Not UTF-8, or no JSON object.
  kTooSlow = 1008,          // A message did not arrive whole in time.
  kTooBig = 1009,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
};

// What a message has of the memory for what is received, as long as it is held.
class MessageRoom {
 public:
  virtual ~MessageRoom() = default;
  // It takes so many bytes at least, now that it is read; also where there is no room for more.
  virtual void grow_to(std::size_t bytes) = 0;
};

// No function calls an event before it returns. All may be called on a connection that is gone, and
// do nothing then.
class Connection {
 public:
  virtual ~Connection() = default;

  // All that is sent until it is the connection's turn to write goes in one write. Those whose
  // clients wait have their turns before others.
  virtual void send(const SharedOutbound& outbound, Haste haste) = 0;
  // on_drained() comes when the peer has taken what is queued now. False, and it does not come, if
  // nothing is queued.
  [[nodiscard]] virtual bool await_drained() = 0;
  // Sends one message whose text is made piece by piece, as fast as the peer takes it. What is sent
  // meanwhile waits behind it.
  virtual void send_long(std::unique_ptr<LongText> message) = 0;
  // Sends a close frame after what is queued, and drops the connection if the peer does not answer
  // in time. No message arrives and nothing is sent after it.
  virtual void close(CloseCode code, std::string_view reason) = 0;
  // Drops the connection and what is queued at once: for a peer that does not read.
  virtual void terminate() = 0;
  // What it takes in memory that send() accepted and the kernel has not taken: the framed bytes,
  // and kQueuedMessageBytes for each message. The kernel takes little ahead of the peer
  // (kUnsentBytesMax).
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  // The room of the message in hand. Null if it holds little, and once it was taken. REQUIRES:
  // during on_message().
  [[nodiscard]] virtual std::shared_ptr<MessageRoom> take_room() { return nullptr; }
  // While reading is paused no message arrives: messages wait in the kernel and then at the peer.
  // The peer is not pinged then, and its disappearance is noticed only by what it does not take.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
};

// The events of a connection, for its owner. No event comes after on_close().
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  virtual void on_message(std::string_view text) = 0;  // Valid UTF-8.
  // Queued bytes fell to the low mark (kDrainedBytes) or below after they had been above it; or, if
  // a long message was on its way or await_drained() was called, hardly any is queued.
  virtual void on_drained() = 0;
  virtual void on_close() = 0;
};

}  // namespace cowrite::transport
