// Choosing documents, for the commands that work on many of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "tools/cli/command.h"

namespace cowrite::cli {

// What no names mean: all documents of the context's collection, or of all collections.
enum class AllOf { kCollection, kStore };

struct ChosenDocuments {
  std::vector<storage::DocumentInfo> documents;  // Each with its newest version.
  // Names that stand for none, and what could not be listed.
  std::vector<history::ListFailure> failures;
  // Names that were not asked for any more, after a failure that would be theirs, too.
  std::size_t unasked = 0;

  [[nodiscard]] std::size_t size() const { return documents.size() + failures.size() + unasked; }
  // The failure that ended the choosing (is_hopeless() in outcomes.h); null if none did.
  [[nodiscard]] const Error* hopeless() const;
};

// The documents of these names in the context's collection, in the order of the names; without
// names, all documents, deleted ones too, in the order of theirs.
[[nodiscard]] ChosenDocuments choose_documents(Context& context,
                                               const std::vector<std::string>& names, AllOf all_of);

}  // namespace cowrite::cli
