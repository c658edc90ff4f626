// What the commands that change documents share: going through them, and who does it. As JSON they
// print {"collection":"docs","id":"notes","version":13,"changed":true} for each.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/changes.h"
#include "storage/document_key.h"
#include "tools/cli/command.h"

namespace cowrite::cli {

// Whom a history names for a change, if nobody else is named.
inline constexpr std::string_view kOperatorName = "operator";

// What was done to a document, or made of it.
struct ChangedDocument {
  storage::DocumentKey key;
  history::ChangeDone done;
};
using ChangeDocument = std::function<Result<ChangedDocument>(const storage::DocumentKey& key)>;
// "deleted, version "
using NameChange = std::function<std::string(const history::ChangeDone& done)>;

// Changes each of the documents that can be changed, and names the others (outcomes.h):
// "2 of 10 documents were not deleted".
[[nodiscard]] Result<void> change_documents(const std::vector<std::string>& documents,
                                            const std::string& done_word, OperatorContext& context,
                                            const ChangeDocument& change, const NameChange& name);

// Fails with kErrUsage if a history cannot name such an author.
[[nodiscard]] Result<void> check_author(const std::optional<std::string>& author);

}  // namespace cowrite::cli
