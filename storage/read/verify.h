// Proof that what is stored is what was written: all of a document's history is replayed and
// compared with everything that is stored about it.
//
//     records      decode, are dense, fit the text, and their times never decrease
//     chain        its stored values, at every 4,096th version and in checkpoints, equal those
//                  computed from the records
//     checkpoints  are the text at their versions
//     head         says what the newest version is
//     sources      name the newest record of each source among those that the chain's last stored
//                  value covers, or a newer one of it
//
// Writers may go on meanwhile: the view does not change. Reads about a million records a second.
#pragma once

#include <cstdint>
#include <functional>

#include "ot/base/result.h"
#include "storage/document_key.h"
#include "storage/store/view.h"

namespace cowrite::storage {

struct Proof {
  std::uint64_t records = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t chain_values = 0;  // Beside those in checkpoints.
};

// Called now and then with how many records have been replayed; false ends it with kErrBusy.
using VerifyProgress = std::function<bool(std::uint64_t records)>;

// What is looked at; without the index of sources, which the records can make again, the rest.
enum class Proving { kAll, kAllButSources };

// Fails with kErrDamaged, naming the first version that is not as it was written, or kErrIo. Of a
// document that nobody wrote it proves nothing, and says so with kErrDocumentUnknown.
[[nodiscard]] Result<Proof> verify(const View& view, const DocumentKey& key,
                                   const VerifyProgress& progress, Proving proving = Proving::kAll);

// Fails with kErrDamaged if there is anything stored that belongs to no document.
[[nodiscard]] Result<void> verify_no_orphans(const View& view);

}  // namespace cowrite::storage
