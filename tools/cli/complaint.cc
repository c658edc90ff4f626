#include "tools/cli/complaint.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

#include "server/http/errors.h"
#include "server/http/operator_token.h"
#include "storage/errors.h"
#include "tools/cli/command.h"
#include "tools/cli/http_client.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {
namespace {

constexpr std::string_view kTokenHint =
    "--token-file FILE, COWRITE_TOKEN or --data DIR of the running server name it";

// What may help after an error.
struct Hint {
  std::string_view code;
  std::string_view text;
};
constexpr Hint kHints[] = {
    {history::kErrDocumentUnknown, "cowrite ls lists the documents that there are"},
    {history::kErrDocumentAbsent,
     "cowrite log shows when it was there; --at VERSION gives its text of then"},
    {history::kErrDocumentErased, "a backup that was made before may still have it"},
    {storage::kErrVersionUnknown, "cowrite log lists the versions that there are"},
    {kErrServerNeeded,
     "--server URL names a running server; cowrite log shows what the folder holds"},
    {kErrServerUnreachable,
     "start cowrite-server, name another server with --server URL, or read a data folder with "
     "--data DIR"},
    {kErrServerForeign, "--server takes the address that cowrite-server prints when it starts"},
    {kErrProxyRefused,
     "no_proxy in the environment lists servers that are reached directly; of https:// a proxy "
     "reads "
     "nothing"},
    {storage::kErrInUse,
     "a running server is asked with --server URL; with --data DIR too it finds the operator's "
     "token"},
    {http::kErrTokenMissing, kTokenHint},
    {http::kErrTokenFile, kTokenHint},
    {kErrFolderNeeded,
     "cowrite --data DIR restore --from BACKUPS makes a data folder for cowrite-server"},
    {storage::kErrNotFound, "--data takes the folder that cowrite-server was given with --data"},
    {storage::kErrNoBackup, "--from takes a folder that was given to cowrite backup"},
};

// Empty if nothing comes to mind.
std::string hint(const Error& error, const std::string& command) {
  if (error.code == kErrUsage) return "cowrite " + command + " --help";
  const Hint* found = std::ranges::find(kHints, error.code, &Hint::code);
  return found == std::end(kHints) ? std::string() : std::string(found->text);
}

std::string line(const std::string& message, const Painter& paint) {
  return paint(Paint::kError, "cowrite:") + " " + printable(message) + "\n";
}

}  // namespace

void complain_with_hint(const Error& error, const std::string& command, const Painter& paint) {
  std::string text = line(error.message, paint);
  const std::string help = hint(error, command);
  if (!help.empty()) text += paint(Paint::kFaint, "hint:") + " " + help + "\n";
  std::fputs(text.c_str(), stderr);
}

void complain(const Error& error, const Painter& paint) {
  std::fputs(line(error.message, paint).c_str(), stderr);
}

void notify(const std::string& message, const Painter& paint) {
  std::fputs(line(message, paint).c_str(), stderr);
}

}  // namespace cowrite::cli
