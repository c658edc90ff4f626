// Choosing documents, for the commands that work on many of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ot/base/result.h"
#include "storage/history.h"
#include "tools/cli/command.h"

namespace cowrite::cli {

// What no names mean: all documents of the context's collection, or of all collections.
enum class AllOf { kCollection, kStore };

struct ChosenDocuments {
  struct Failure {
    std::optional<storage::DocumentKey> key;
    Error error;
  };
  std::vector<storage::DocumentInfo> documents;  // Each with its newest version.
  // Names that stand for none; and where a list could not be read, what it lacks.
  std::vector<Failure> failures;

  [[nodiscard]] std::size_t size() const { return documents.size() + failures.size(); }
};

// The documents of these names in the context's collection, in the order of the names; without
// names, all documents, deleted ones too, in the order of theirs.
[[nodiscard]] ChosenDocuments choose_documents(Context& context,
                                               const std::vector<std::string>& names, AllOf all_of);

}  // namespace cowrite::cli
