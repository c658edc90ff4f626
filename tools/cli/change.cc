#include "tools/cli/change.h"

#include "server/history/import_check.h"
#include "server/http/json_objects.h"
#include "storage/limits.h"
#include "tools/cli/command.h"

namespace cowrite::cli {

Result<void> check_author(const std::optional<std::string>& author) {
  if (!author || history::is_name(*author)) return {};
  return Error{kErrUsage, "--author must be a name of 1 to " +
                              std::to_string(storage::kIdBytesMax) + " bytes in UTF-8"};
}

std::string changed_json(const storage::DocumentKey& key, const history::ChangeDone& done) {
  protocol::JsonWriter json;
  http::write_key(json.begin_object(), key)
      .integer("version", done.version)
      .boolean("changed", done.changed);
  return json.end_object().take();
}

}  // namespace cowrite::cli
