// QueuedMessages: how many messages a connection has queued, without a note of each. Those that
// were queued while the same ones waited count until the last of them is written, so that it says
// too many for a while, and never too few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace cowrite::transport {

class QueuedMessages {
 public:
  // One is queued; `end` is where it ends in the stream.
  void add(std::uint64_t end) {
    Group& group = older_.count == 0 ? older_ : newer_;
    ++group.count;
    group.end = end;
  }
  // The stream is written up to there.
  void written(std::uint64_t bytes) {
    if (older_.end <= bytes) older_ = std::exchange(newer_, {});
    if (older_.end <= bytes) older_ = {};
  }

  [[nodiscard]] std::size_t count() const { return older_.count + newer_.count; }

 private:
  struct Group {
    std::size_t count = 0;
    std::uint64_t end = 0;  // Of the last of them.
  };
  Group older_;
  Group newer_;  // Queued while the older ones waited.
};

}  // namespace cowrite::transport
