// One submitted change rewritten to follow one committed record, which decides what happens when
// the two contradict each other; and whether two changes are the same.
#pragma once

#include "ot/base/result.h"
#include "storage/record.h"

namespace cowrite::document {

// Rewrites `change`, made at record.version, to be made after the record. Edits go to the left of
// what was committed at the same place; a delete wins over edits; nothing survives a create or a
// delete that it did not know of (ERR_DOC_ALREADY_CREATED, ERR_DOC_WAS_DELETED).
[[nodiscard]] Result<void> rebase(storage::Change& change, const storage::Record& record);

// The operation, without the texts of its deletes unless all of them carry theirs. For which of
// them would be left after a rebase depends on how it was rebased.
[[nodiscard]] ot::Operation with_all_delete_texts_or_none(ot::Operation operation);

// True if both do the same to a text, however they are written: neighbours merged or not, deleted
// text carried along or not.
[[nodiscard]] bool same_effect(const storage::Change& a, const storage::Change& b);

}  // namespace cowrite::document
