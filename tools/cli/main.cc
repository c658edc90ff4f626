// cowrite: looks into the documents of a cowrite server, or of its data folder.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "server/http/operator_token.h"
#include "storage/errors.h"
#include "storage/store/format_version.h"
#include "tools/cli/command_line.h"
#include "tools/cli/complaint.h"

namespace cowrite::cli {
namespace {

// A closed standard stream would give its number to the next file that is opened, and what is
// printed would go there.
void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1) std::_Exit(1);
  }
}

Colours colours_for(std::FILE* stream, ColourChoice choice) {
  if (choice == ColourChoice::kAlways) return Colours::kOn;
  if (choice == ColourChoice::kNever || isatty(fileno(stream)) == 0) return Colours::kOff;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool unwanted = no_color != nullptr && *no_color != '\0';
  const bool unable = term == nullptr || std::string_view(term) == "dumb";
  return unwanted || unable ? Colours::kOff : Colours::kOn;
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Empty if none is named.
Result<std::string> find_token(const Invocation& invocation) {
  if (const auto* token = std::get_if<Token>(&invocation.token)) return token->text;
  if (const auto* file = std::get_if<TokenFile>(&invocation.token)) {
    return http::read_operator_token(file->path);
  }
  return std::string();
}

Result<std::unique_ptr<DocumentSource>> open_source(const Invocation& invocation) {
  if (const auto* folder = std::get_if<DataFolder>(&invocation.source)) {
    return open_folder(folder->path);
  }
  return open_server(std::get<ServerUrl>(invocation.source).url,
                     [&invocation] { return find_token(invocation); });
}

Result<std::unique_ptr<Operator>> open_operator(const Invocation& invocation,
                                                const Painter& error_paint) {
  if (const auto* folder = std::get_if<DataFolder>(&invocation.source)) {
    return operate_folder(folder->path, now_ms(), [&error_paint](std::uint64_t from) {
      notify(storage::describe_upgrade(from), error_paint);
    });
  }
  return operate_server(std::get<ServerUrl>(invocation.source).url,
                        [&invocation] { return find_token(invocation); });
}

template <typename Data>
Result<void> run(const std::function<Result<void>(ContextOf<Data>&)>& command,
                 const Result<std::unique_ptr<Data>>& data, const Invocation& invocation,
                 Output& output, const Painter& error_paint) {
  if (!data) return data.error();
  ContextOf<Data> context{**data,  output, error_paint, invocation.collection, invocation.format,
                          now_ms()};
  return command(context);
}

Result<void> run(const Invocation& invocation, Output& output, const Painter& error_paint) {
  const auto* reading = std::get_if<Run>(&invocation.run);
  const Result<void> done =
      reading ? run(*reading, open_source(invocation), invocation, output, error_paint)
              : run(std::get<OperatorRun>(invocation.run), open_operator(invocation, error_paint),
                    invocation, output, error_paint);
  const Result<void> flushed = output.flush();
  return done ? flushed : done;
}

int main(int argc, const char* const* argv) {
  occupy_standard_streams();
  // Whoever reads us has enough: end without a word, also where it was ignored.
  std::signal(SIGPIPE, SIG_DFL);
  std::setlocale(LC_CTYPE, "C.UTF-8");  // For the widths of characters.
  std::variant<Invocation, Explanation> parsed = parse_command_line(argc, argv);
  if (const auto* explanation = std::get_if<Explanation>(&parsed)) {
    std::fputs(explanation->text.c_str(), explanation->status == 0 ? stdout : stderr);
    return explanation->status;
  }
  const auto& invocation = std::get<Invocation>(parsed);
  const Reader reader = isatty(STDOUT_FILENO) != 0 ? Reader::kPerson : Reader::kProgram;
  Output output(stdout, reader, colours_for(stdout, invocation.colours));
  const Painter error_paint(colours_for(stderr, invocation.colours));
  const Result<void> done = run(invocation, output, error_paint);
  if (done) return 0;
  complain_with_hint(done.error(), invocation.command, error_paint);
  const bool usage = done.error().code == kErrUsage || done.error().code == storage::kErrFolderName;
  return usage ? 2 : 1;
}

}  // namespace
}  // namespace cowrite::cli

int main(int argc, char** argv) { return cowrite::cli::main(argc, argv); }
