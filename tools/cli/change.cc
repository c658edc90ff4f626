#include "tools/cli/change.h"

#include "server/history/import_check.h"
#include "server/http/json_objects.h"
#include "storage/limits.h"
#include "tools/cli/outcomes.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

// {"collection":"docs","id":"notes","version":13,"changed":true}
std::string changed_json(const storage::DocumentKey& key, const history::ChangeDone& done) {
  protocol::JsonWriter json;
  http::write_key(json.begin_object(), key)
      .integer("version", done.version)
      .boolean("changed", done.changed);
  return json.end_object().take();
}

}  // namespace

Result<void> change_documents(const std::vector<std::string>& documents,
                              const std::string& done_word, OperatorContext& context,
                              const ChangeDocument& change, const NameChange& name) {
  if (const Result<DocumentSource*> source = context.data.source(); !source) return source.error();
  Outcomes outcomes(context, "documents", done_word, documents.size());
  std::size_t number = 0;
  for (const std::string& document : documents) {
    if (!outcomes.goes_on()) break;
    const storage::DocumentKey key = context.key(document);
    outcomes.show(number++, documents.size(), printable(key));
    const Result<ChangedDocument> changed = change(key);
    if (!changed) {
      outcomes.fail({key}, changed.error());
      continue;
    }
    outcomes.add(printable(changed->key) + ": " + name(changed->done) +
                     std::to_string(changed->done.version),
                 changed_json(changed->key, changed->done));
  }
  return outcomes.conclude();
}

Result<void> check_author(const std::optional<std::string>& author) {
  if (!author || history::is_id(*author)) return {};
  return Error{kErrUsage, "--author must be a name of 1 to " +
                              std::to_string(storage::kIdBytesMax) + " bytes in UTF-8"};
}

}  // namespace cowrite::cli
