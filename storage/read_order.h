// ReadOrder: what decides which of the reads that wait goes first.
#pragma once

#include <cstddef>
#include <cstdint>

#include "storage/payer.h"

namespace cowrite::storage {

// What somebody waits for; the more urgent first.
enum class Urgency : std::uint8_t {
  kOpening,  // To write or read at all: a document is opened, what was written lately is fetched.
  kCatchUp,  // To come back from far behind.
  kPast,     // To see what was: old versions, comparisons, lists of documents with their texts.
};
inline constexpr std::size_t kUrgencies = 3;

struct ReadOrder {
  Urgency urgency = Urgency::kPast;
  Payer payer = Payer::kServer;  // Those of one urgency take turns.
};

}  // namespace cowrite::storage
