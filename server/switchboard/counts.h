// What is counted of the sessions, documents and channels of one loop.
//
// The loop's thread writes, any thread reads.
#pragma once

#include <array>

#include "server/protocol/escaped_texts.h"
#include "storage/counting/counter.h"
#include "storage/counting/histogram.h"

namespace cowrite::switchboard {

// Bounds of how many records an operation was rebased over.
inline constexpr std::array kRebaseDepths = {
    0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0, 1'000.0, 3'000.0, 10'000.0, 100'000.0};

struct Counts {
  // Now.
  counting::Counter documents;
  counting::Counter channels;
  counting::Counter subscriptions;    // Of sessions to documents.
  counting::Counter presences;        // That sessions have announced and not taken back.
  counting::Counter notices_waiting;  // And replies, that not all have been told yet (fan_out.h).

  // Since the start.
  counting::Counter documents_opened;
  counting::Counter evicted_idle;      // Nobody needed the document for a while.
  counting::Counter evicted_for_room;  // Its memory was wanted.
  counting::Counter slow_readers;  // Sessions that were dropped since their client did not read.

  // Operations by what became of them.
  counting::Counter committed;
  counting::Counter repeated;  // It was in the log already.
  counting::Counter refused;

  // Long texts that sessions are sent.
  protocol::EscapedTextCounts texts;

  counting::Histogram rebase_depth{kRebaseDepths};
  // From the arrival of an operation to its ack.
  counting::Histogram ack_seconds{counting::kLatencySeconds};
};

}  // namespace cowrite::switchboard
