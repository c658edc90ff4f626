// Gathering: waits until the sessions of a loop have asked for all that they ask for now, so that
// what comes together is done together. It ends when a look at the sockets has brought no request,
// at the latest after kGathered. A lone writer, to whom nothing came while others might have come,
// is not kept waiting the next time.
//
// Pure; belongs to the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "server/document/messages.h"

namespace cowrite::switchboard {

class Gathering {
 public:
  using Work = std::function<void()>;

  // `post` has work done in another turn of the loop, after a look at the sockets.
  Gathering(std::function<document::Moment()> now, std::function<void(Work)> post)
      : now_(std::move(now)), post_(std::move(post)) {}

  // A session asks for something, or something is asked of the loop's documents.
  void note_request() { ++requests_; }

  // Calls `done` at the end; maybe now. REQUIRES: none is under way.
  void begin(Work done);

 private:
  void go_on();
  void end();

  const std::function<document::Moment()> now_;
  const std::function<void(Work)> post_;
  std::uint64_t requests_ = 0;
  std::uint64_t requests_before_ = 0;  // When it began.
  std::uint64_t requests_seen_ = 0;    // At the last look.
  document::Moment began_;
  bool was_alone_ = false;  // The last time.
  Work done_;
};

}  // namespace cowrite::switchboard
