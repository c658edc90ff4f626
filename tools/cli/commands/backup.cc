#include <filesystem>
#include <memory>

#include "server/http/operator_json.h"
#include "storage/store/data_folder.h"
#include "tools/cli/command.h"
#include "tools/cli/human.h"
#include "tools/cli/progress_bar.h"

namespace cowrite::cli {
namespace {

struct Arguments {
  std::string folder;
};

Result<void> backup(const Arguments& arguments, OperatorContext& context) {
  if (Result<void> named = storage::check_folder_name(arguments.folder); !named) return named;
  const std::filesystem::path path = std::filesystem::absolute(arguments.folder);
  ProgressBar bar;
  const Result<http::BackupDone> done = context.data.back_up(
      path.lexically_normal().string(), [&](std::uint64_t bytes, std::uint64_t bytes_max) {
        bar.show(bytes, bytes_max, "backing up");
      });
  bar.wipe();
  if (!done) return done.error();
  if (context.format == Format::kJson) {
    context.output.json_line(http::backup_json(*done));
    return {};
  }
  const std::string bytes = std::to_string(done->backup.bytes);
  context.output.line(
      "backup " + std::to_string(done->backup.number) + ": " +
      (context.output.for_person() ? human_bytes(done->backup.bytes) : bytes + " bytes") + ", " +
      std::to_string(done->milliseconds) + " ms");
  return {};
}

OperatorRun declare(Options& options) {
  auto arguments = std::make_shared<Arguments>();
  options.required("DIR", "The folder of backups, made if need be", &arguments->folder);
  return [arguments](OperatorContext& context) { return backup(*arguments, context); };
}

}  // namespace

extern const Command kBackup;
const Command kBackup = {
    "backup", "Add a backup of everything to a folder of backups",
    "Incremental: files that are in the folder already are not copied again. A running server "
    "goes\n"
    "on serving meanwhile; it writes to DIR itself, so DIR is a folder on its host, and the "
    "server\n"
    "must be let write there. Backups are read in place: cowrite --data DIR cat notes.\n"
    "cowrite restore --from DIR makes a data folder of the newest.\n"
    "With --json: one object, {\"number\",\"bytes\",\"milliseconds\"}; the bytes are those of all "
    "its\n"
    "files, shared ones included.\n"
    "\n"
    "Examples:\n"
    "  cowrite --server http://127.0.0.1:8080 --data ./data backup /backups/cowrite\n"
    "  cowrite --data ./data backup /backups/cowrite\n"
    "  cowrite --data /backups/cowrite verify\n",
    declare};

}  // namespace cowrite::cli
