// Faults: the things that a server could do wrong, each done once or from one point on.
#pragma once

#include <memory>

#include "tests/tools/load/faulty_proxy.h"

namespace cowrite::load {

// ---- For documents with one writer each

// Acknowledges a submission, the `nth` of all, and never commits it. What comes after it is
// committed one version lower than its author is told.
std::unique_ptr<Fault> lose_submission(int nth);
// Commits a submission twice, the second time under a source of its own, of which the author is
// told as of anybody's.
std::unique_ptr<Fault> double_submission(int nth);
// Commits a submission once more as its author's next one.
std::unique_ptr<Fault> double_submission_as_next(int nth);
// Commits what an author submitted as one operation under the name of the next one, and the other
// way round.
std::unique_ptr<Fault> swap_submissions(int nth);
// Commits another letter than was submitted.
std::unique_ptr<Fault> change_submission(int nth);
std::unique_ptr<Fault> acknowledge_twice(int nth);
std::unique_ptr<Fault> never_acknowledge(int nth);
// Gives a text that has another letter, when somebody subscribes.
std::unique_ptr<Fault> change_snapshot();

// ---- For documents that several follow

// Tells one client another letter than was committed.
std::unique_ptr<Fault> change_delivery(int nth);
// Tells one client of a record after the next one.
std::unique_ptr<Fault> swap_deliveries(int nth);
// Does not tell one client of a record; or of it and any later one.
std::unique_ptr<Fault> lose_delivery(int nth);
std::unique_ptr<Fault> lose_deliveries_from(int nth);

}  // namespace cowrite::load
