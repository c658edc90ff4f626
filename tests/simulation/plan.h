// Plan: what one run is made of, drawn from its seed. Each kind of trouble is in some runs and not
// in others, so that every mixture comes up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/simulation/network_link.h"
#include "tests/simulation/random.h"
#include "tests/simulation/simulated_log.h"

namespace cowrite::simulation {

// More than all documents of a run take.
inline constexpr std::size_t kRoomy = std::size_t{1} << 30;

// More than all sessions of a run.
inline constexpr std::size_t kAll = 1'000;

// Chances are per step, in percent.
struct Plan {
  std::size_t clients = 1;
  std::size_t documents = 1;
  std::size_t loops = 1;
  std::size_t history = 0;  // Records that each document has before the run, at most.
  // Bytes that others paste at times; so few records fill what a document keeps in memory, and the
  // rest must come from the log.
  std::size_t pasted = 0;
  std::size_t documents_bytes = kRoomy;  // Above it, idle documents leave the server's memory.
  std::size_t told_at_once = kAll;       // Sessions of a loop, of one thing.
  std::size_t asked_at_once = kAll;      // Requests of a loop's sessions.
  std::size_t worked_at_once = kAll;     // What documents do; each time is 1.
  std::uint64_t steps = 0;
  Microseconds step_max = 0;

  LogFaults log;
  NetworkConditions link;
  bool slow_readers = false;

  std::uint64_t hang_up = 0;   // A client is cut off, or goes away for a while.
  std::uint64_t crash = 0;     // The server dies.
  std::uint64_t restart = 0;   // It is told to end.
  std::uint64_t rival = 0;     // Another node writes a record, or hundreds.
  std::uint64_t operate = 0;   // The operator changes a document, or replaces its history.
  std::uint64_t evict = 0;     // The server looks for documents that nobody needs.
  std::uint64_t clock = 0;     // The server's clock is set.
  std::uint64_t intruder = 0;  // A hostile client does something.
  std::uint64_t deletes = 0;   // Of what clients do: deletes.
  std::uint64_t leaves = 0;    // Of how they move their cursors: that they look away.

  [[nodiscard]] static Plan draw(Random& random, std::uint64_t steps);
  [[nodiscard]] std::string describe() const;
};

}  // namespace cowrite::simulation
