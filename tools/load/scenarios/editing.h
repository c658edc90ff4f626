// Editing: clients write in documents and follow them. It is the one course of five scenarios,
// which differ in how many write where, and in which rhythm:
//
//     documents are created; clients connect and subscribe; they write through the warm-up and the
//     window that is measured; all that was typed is acknowledged; the documents' histories are
//     fetched; every client gets to their ends; all is verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ot/base/result.h"
#include "tools/load/client/client.h"
#include "tools/load/client/rhythm.h"
#include "tools/load/figures/figures.h"
#include "tools/load/figures/report.h"
#include "tools/load/scenarios/run.h"
#include "tools/load/verification/breaches.h"

namespace cowrite::load {

struct EditingPlan {
  std::string scenario;
  std::size_t documents = 1;
  std::size_t writers = 1;    // In all; writer i is in document i modulo `documents`.
  std::size_t followers = 0;  // That write nothing, in all, in the same way.
  std::uint64_t characters = 1'000;
  Rhythm rhythm = Rhythm::back_to_back();
  double warmup_seconds = 2;
  double seconds = 10;
  // Instead of the time: so many keys of each writer, all of which are measured.
  std::optional<std::uint64_t> keys;
  std::optional<Cuts> cuts;
  bool shows_cursors = false;
};

// What came of it. Fails if it could not be begun; what the server does wrong goes to `breaches`.
struct EditingOutcome {
  std::unique_ptr<Figures> figures;
  double seconds = 0;      // Of the window.
  double cpu_seconds = 0;  // That this process used within it.
  std::uint64_t verified_operations = 0;
};
[[nodiscard]] Result<EditingOutcome> edit(const Run& run, const EditingPlan& plan,
                                          Breaches& breaches);

// The lines of a report that all five scenarios have.
void report_editing(Report& report, const EditingPlan& plan, const EditingOutcome& outcome);

}  // namespace cowrite::load
