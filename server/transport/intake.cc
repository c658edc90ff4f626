#include "server/transport/intake.h"

#include <algorithm>

namespace cowrite::transport {

std::size_t Intake::pass(std::string_view bytes) {
  if (stopped_ || waits() || bytes.empty()) return 0;
  switch (part_) {
    case Part::kHead:
      return pass_head(bytes);
    case Part::kBody:
      return bytes.size();
    case Part::kFrames:
      return pass_frames(bytes);
  }
  return 0;
}

std::size_t Intake::pass_head(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    matched_ = bytes[i] == kEnd[matched_] ? matched_ + 1 : bytes[i] == kEnd[0] ? 1 : 0;
    if (matched_ == kEnd.size()) {
      part_ = Part::kBody;
      return i + 1;
    }
  }
  return bytes.size();
}

std::size_t Intake::pass_frames(std::string_view bytes) {
  if (meter_.announced() > kMessageBytesMax) {
    stop();
    if (on_too_big) on_too_big();
    return 0;
  }
  if (meter_.announced() > room() && !ask(meter_.announced())) return 0;
  return meter_.take(bytes, room());
}

bool Intake::admit_body(std::uint64_t bytes) { return bytes <= room() || (!waits() && ask(bytes)); }

// A message that grows by fragments asks for twice as much each time, as its memory does.
bool Intake::ask(std::uint64_t bytes) {
  const std::uint64_t doubled = std::min<std::uint64_t>(2 * grant_.bytes(), kMessageBytesMax);
  const std::uint64_t more = std::max(bytes, doubled) - grant_.bytes();
  if (InputBudget::Grant grant = budget_->take(payer_, more); grant.bytes() > 0) {
    grant_.add(std::move(grant));
    return true;
  }
  place_ = budget_->wait(payer_, more, [this](InputBudget::Grant grant) {
    grant_.add(std::move(grant));
    place_.reset();
    if (on_room) on_room();
  });
  return false;
}

void Intake::stop() {
  stopped_ = true;
  place_.reset();
}

}  // namespace cowrite::transport
