// FrameMeter: how much of a client's WebSocket message has come and how much it announces, read
// from the bytes of the stream before they are put together (RFC 6455, section 5.2). It judges no
// frame: what breaks the protocol is for whoever puts the frames together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cowrite::transport {

class FrameMeter {
 public:
  // Takes in the next bytes and returns how many it took: all of them, or those up to the length of
  // a frame by which its message exceeds `room`, or up to the end of a message that exceeds
  // kMessageBytesFree. It takes at least one byte. REQUIRES: bytes is not empty.
  std::size_t take(std::string_view bytes, std::uint64_t room);

  // The payload of the message in progress: what has come, and that with all that its current frame
  // announces. 0 between messages. A sum that no number holds is the largest number.
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t announced() const { return announced_; }

  // Whether something has begun and is not complete: a message, or a control frame outside one.
  [[nodiscard]] bool in_progress() const { return in_message_ || part_ != Part::kOpcode; }
  // How many of these are complete.
  [[nodiscard]] std::uint64_t completed() const { return completed_; }

 private:
  // In the order of a frame.
  enum class Part : std::uint8_t { kOpcode, kLength, kLongLength, kMask, kPayload };

  void begin(std::uint8_t byte);
  // These return whether the length of the frame is known by it.
  bool take_length(std::uint8_t byte);
  bool take_long_length(std::uint8_t byte);
  void announce();
  void skip(std::uint64_t bytes);
  // Goes on where a part that may be empty has no bytes left.
  void proceed();
  void end_frame();

  Part part_ = Part::kOpcode;
  bool final_ = false;
  bool control_ = false;
  bool masked_ = false;
  bool in_message_ = false;
  std::uint64_t length_ = 0;  // Of the frame, while it is read.
  std::uint64_t left_ = 0;    // Bytes of the part that have not come.
  std::uint64_t received_ = 0;
  std::uint64_t announced_ = 0;
  std::uint64_t completed_ = 0;
};

}  // namespace cowrite::transport
