#include "server/transport/frame_meter.h"

#include <algorithm>
#include <limits>

#include "server/transport/limits.h"

namespace cowrite::transport {

namespace {
constexpr std::uint8_t kFinalBit = 0x80;
constexpr std::uint8_t kControlBit = 0x08;
constexpr std::uint8_t kMaskBit = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint64_t kMaskBytes = 4;
}  // namespace

std::size_t FrameMeter::take(std::string_view bytes, std::uint64_t room) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto byte = static_cast<std::uint8_t>(bytes[taken]);
    switch (part_) {
      case Part::kOpcode:
        begin(byte);
        ++taken;
        break;
      case Part::kLength:
      case Part::kLongLength: {
        ++taken;
        const bool known = part_ == Part::kLength ? take_length(byte) : take_long_length(byte);
        if (known && announced_ > room) return taken;
        break;
      }
      case Part::kMask:
      case Part::kPayload: {
        const std::uint64_t some = std::min<std::uint64_t>(left_, bytes.size() - taken);
        const bool large = announced_ > kMessageBytesFree;
        skip(some);
        taken += static_cast<std::size_t>(some);
        if (large && !in_message_) return taken;
        break;
      }
    }
  }
  return taken;
}

void FrameMeter::begin(std::uint8_t byte) {
  final_ = (byte & kFinalBit) != 0;
  control_ = (byte & kControlBit) != 0;
  if (!control_) in_message_ = true;
  part_ = Part::kLength;
}

bool FrameMeter::take_length(std::uint8_t byte) {
  masked_ = (byte & kMaskBit) != 0;
  length_ = byte & kLengthBits;
  if (length_ >= 126) {
    left_ = length_ == 126 ? 2 : 8;
    length_ = 0;
    part_ = Part::kLongLength;
    return false;
  }
  announce();
  return true;
}

bool FrameMeter::take_long_length(std::uint8_t byte) {
  length_ = length_ << 8 | byte;
  if (--left_ > 0) return false;
  announce();
  return true;
}

void FrameMeter::announce() {
  if (!control_) {
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    announced_ = length_ > most - announced_ ? most : announced_ + length_;
  }
  part_ = Part::kMask;
  left_ = masked_ ? kMaskBytes : 0;
  proceed();
}

void FrameMeter::skip(std::uint64_t bytes) {
  if (part_ == Part::kPayload && !control_) received_ += bytes;
  left_ -= bytes;
  proceed();
}

void FrameMeter::proceed() {
  if (left_ > 0) return;
  if (part_ == Part::kMask) {
    part_ = Part::kPayload;
    left_ = length_;
  }
  if (left_ == 0) end_frame();
}

void FrameMeter::end_frame() {
  part_ = Part::kOpcode;
  if (control_ ? !in_message_ : final_) {
    ++completed_;
    in_message_ = false;
    received_ = 0;
    announced_ = 0;
  }
}

}  // namespace cowrite::transport
