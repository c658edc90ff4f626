// Replays recorded editing through the engine, compares all that the record states, and measures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "tests/replay/trace_file.h"

namespace cowrite::replay {

struct Report {
  std::string name;
  std::size_t operations = 0;
  std::size_t splices = 0;  // Places that they change; where the header counts them, its number.
  // The first ones found; none: everything agrees.
  std::vector<std::string> differences;

  // CPU time of one replay, the median of all repetitions; operations are decoded before.
  double apply_cpu_ms = 0;
  double transform_cpu_ms = 0;
  // Of the rope with the final text, the allocator's overhead included; of vectors, of all their
  // texts.
  std::int64_t text_bytes_memory = 0;
};

// By the header: a sequence of edits, a session of several clients, or single cases.
// Fails with kErrTraceUnreadable if the file is none of these or breaks its form.
// REQUIRES: repetitions > 0.
[[nodiscard]] Result<Report> replay(const TraceFile& trace, std::size_t repetitions);

}  // namespace cowrite::replay
