#include "server/document/document_memory.h"

#include <algorithm>

#include "server/document/limits.h"

namespace cowrite::document {

DocumentMemory::Charge& DocumentMemory::Charge::operator=(Charge&& other) noexcept {
  resize(0);
  memory_ = std::move(other.memory_);
  part_ = other.part_;
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void DocumentMemory::Charge::resize(std::size_t bytes) {
  if (!memory_) return;
  const std::size_t before = std::exchange(bytes_, bytes);
  const std::size_t all = part_->bytes += bytes - before;  // Wraps where it shrinks.
  if (bytes > before && all > part_->bytes_max) memory_->on_full_();
}

DocumentMemory::DocumentMemory(std::size_t bytes_max, std::function<void()> on_full)
    : on_full_(std::move(on_full)),
      small_{.bytes_max = bytes_max / kSmallDocumentsPart},
      large_{.bytes_max = bytes_max - bytes_max / kSmallDocumentsPart} {}

DocumentMemory::Part& DocumentMemory::part_of(std::size_t bytes) {
  return bytes <= kSmallDocumentBytes ? small_ : large_;
}

DocumentMemory::Charge DocumentMemory::try_charge(std::size_t bytes) {
  Part& part = part_of(bytes);
  const std::size_t counts = std::min(bytes, part.bytes_max / 2);
  std::size_t before = part.bytes;
  do {
    if (before > 0 && before + counts > part.bytes_max) {
      part.wanted = true;
      on_full_();
      return {};
    }
  } while (!part.bytes.compare_exchange_weak(before, before + bytes));
  part.wanted = false;
  if (scarce(part)) on_full_();
  return {shared_from_this(), part, bytes};
}

DocumentMemory::Charge DocumentMemory::charge(std::size_t bytes) {
  Charge charge(shared_from_this(), part_of(bytes), 0);
  charge.resize(bytes);
  return charge;
}

}  // namespace cowrite::document
