// Command: one thing that the tool can do. A command is a file in commands/ and its line in
// commands/all.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "storage/document_key.h"
#include "storage/version_selector.h"
#include "tools/cli/operator.h"
#include "tools/cli/output.h"
#include "tools/cli/source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace cowrite::cli {

// The arguments do not make sense together: exit status 2.
inline constexpr std::string_view kErrUsage = "ERR_USAGE";

enum class Format { kText, kJson };

// What a command works with, once the command line is parsed.
template <typename Data>
struct ContextOf {
  Data& data;
  Output& output;
  const Painter& error_paint;  // For standard error.
  std::string collection;
  Format format = Format::kText;
  std::int64_t now_ms = 0;

  [[nodiscard]] storage::DocumentKey key(const std::string& document) const {
    return {collection, document};
  }
};

using Context = ContextOf<DocumentSource>;    // For commands that read,
using OperatorContext = ContextOf<Operator>;  // and for those that change something.

// The arguments of a command, declared before they are parsed into their targets. An argument that
// does not parse ends with status 2. REQUIRES: the targets outlive the parsing.
class Options {
 public:
  // One value, or with a vector any number.
  using Target = std::variant<std::string*, std::optional<std::string>*, std::vector<std::string>*,
                              std::optional<std::uint64_t>*, storage::VersionSelector*>;

  explicit Options(CLI::App& app) : app_(app) {}

  // By position.
  void required(const char* name, const char* help, Target target);
  void optional(const char* name, const char* help, Target target);

  // By name, "--at" or "-n,--limit"; `value` is how the help calls it.
  void option(const char* name, const char* value, const char* help, Target target);
  void flag(const char* name, const char* help, bool* target);

 private:
  CLI::App& app_;
};

using Run = std::function<Result<void>(Context&)>;
using OperatorRun = std::function<Result<void>(OperatorContext&)>;

struct Command {
  std::string_view name;
  std::string_view summary;  // One line.
  std::string_view details;  // Below the options in its --help: what to know, and examples.
  // Declares its arguments, and what to do with them.
  std::variant<Run (*)(Options&), OperatorRun (*)(Options&)> declare;
};

}  // namespace cowrite::cli
