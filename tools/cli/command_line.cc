#include "tools/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <utility>

#include "server/http/operator_token.h"
#include "storage/store/data_folder.h"
#include "tools/cli/commands/all.h"
#include "tools/cli/printable.h"

namespace cowrite::cli {

// ---- The arguments of one command

namespace {

// CLI11 parses text by itself.
template <typename Text>
CLI::Option* add(CLI::App& app, const char* name, const char* help, Text* target) {
  return app.add_option(name, *target, help);
}

// Values that we parse. CLI11 takes no words for no objection.
template <typename Value, typename Parsed>
CLI::Option* add(CLI::App& app, const char* name, const char* help, Value* target,
                 Result<Parsed> (*parse)(std::string_view)) {
  const auto complaint = [parse](const std::string& text) {
    const Result<Parsed> value = parse(text);
    return value ? std::string() : value.error().message;
  };
  const auto take = [parse, target](const std::string& text) { *target = *parse(text); };
  return app.add_option_function<std::string>(name, take, help)->check(complaint, "");
}

CLI::Option* add(CLI::App& app, const char* name, const char* help,
                 std::optional<std::uint64_t>* target) {
  return add(app, name, help, target, storage::parse_number);
}

CLI::Option* add(CLI::App& app, const char* name, const char* help,
                 storage::VersionSelector* target) {
  return add(app, name, help, target, storage::parse_version_selector);
}

CLI::Option& add_option(CLI::App& app, const char* name, const char* help, Options::Target target) {
  return *std::visit([&](auto* value) { return add(app, name, help, value); }, target);
}

}  // namespace

void Options::required(const char* name, const char* help, Target target) {
  add_option(app_, name, help, target).required()->option_text(" ");
}

void Options::optional(const char* name, const char* help, Target target) {
  add_option(app_, name, help, target).option_text(" ");
}

void Options::option(const char* name, const char* value, const char* help, Target target) {
  add_option(app_, name, help, target).type_name(value)->option_text(value);
}

void Options::flag(const char* name, const char* help, bool* target) {
  app_.add_flag(name, *target, help);
}

namespace {

constexpr std::string_view kDefaultServer = "http://127.0.0.1:8080";

constexpr const char* kDescription =
    "cowrite - look into the documents of a cowrite server or its data folder, and look after them";

constexpr const char* kFooter =
    "Environment:\n"
    "  COWRITE_SERVER, COWRITE_DATA   stand in for --server and --data\n"
    "  COWRITE_TOKEN                  the operator's token\n"
    "  NO_COLOR                       no colours, unless --color=always\n"
    "\n"
    "Exit status: 0 done, 1 not found or failed, 2 wrong usage.\n"
    "\n"
    "Commands that change documents or write files need an unused data folder, or a running "
    "server\n"
    "and its operator's token: DIR/operator-token, found by --server URL --data DIR. With a "
    "running "
    "server\n"
    "verify, stat and --all-collections need the token, too.\n"
    "\n"
    "On a terminal sizes and times are for people; piped, lines have sizes in bytes, times in UTC "
    "and\n"
    "neither titles nor colours. --json prints one JSON object a line.\n"
    "\n"
    "Examples:\n"
    "  cowrite ls\n"
    "  cowrite cat notes --at 2026-11-20T08:00:00Z\n"
    "  cowrite --data ./data log notes -n 20\n"
    "  cowrite blame notes\n"
    "  cowrite diff notes 12\n"
    "  cowrite --server https://write.example.org info notes --json\n"
    "\n"
    "cowrite COMMAND --help tells more of a command.";

// The options of all commands, as parsed.
struct Globals {
  std::optional<std::string> server;
  std::optional<std::string> data;
  std::optional<std::string> token_file;
  std::string collection = "docs";
  bool json = false;
  ColourChoice colours = ColourChoice::kAuto;
};

std::string check_url(const std::string& url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size()) return {};
  }
  return "\"" + url + "\" is not a URL such as " + std::string(kDefaultServer);
}

Result<ColourChoice> parse_colours(std::string_view text) {
  if (text == "auto") return ColourChoice::kAuto;
  if (text == "always") return ColourChoice::kAlways;
  if (text == "never") return ColourChoice::kNever;
  return Error{kErrUsage, "\"" + std::string(text) + "\" is none of auto, always and never"};
}

std::string check_folder(const std::string& folder) {
  const Result<void> named = storage::check_folder_name(folder);
  return named ? std::string() : named.error().message;
}

void declare_globals(CLI::App& app, Globals& globals) {
  app.add_option("--server", globals.server,
                 "The running server to ask (default " + std::string(kDefaultServer) + ")")
      ->check(check_url, "")
      ->option_text("URL");
  app.add_option("--data", globals.data,
                 "The data folder instead; a server may be running on it while it is read")
      ->check(check_folder, "")
      ->option_text("DIR");
  app.add_option("--token-file", globals.token_file,
                 "The file with the operator's token (default DIR/operator-token)")
      ->option_text("FILE");
  app.add_option("--collection", globals.collection,
                 "The collection of the documents (default docs)")
      ->option_text("NAME");
  app.add_flag("--json", globals.json, "Print JSON, one object a line");
  add(app, "--color", "Colours: auto, always or never", &globals.colours, parse_colours)
      ->option_text("WHEN");
  app.set_version_flag("--version", "cowrite " COWRITE_VERSION, "Print the version");
  app.set_help_flag("-h,--help", "Print this, or the help of a command");
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

Explanation complaint(const std::string& reason, const std::string& help_command) {
  return {"cowrite: " + printable(reason) + "\nhint: " + help_command + "\n", 2};
}

std::variant<Invocation, Explanation> choose_source(const Globals& globals) {
  Invocation invocation;
  std::optional<std::string> url = globals.server;
  std::optional<std::string> data = globals.data;
  if (!url && !data) {
    url = environment("COWRITE_SERVER");
    data = environment("COWRITE_DATA");
    if (url && data) {
      return complaint("COWRITE_SERVER and COWRITE_DATA are both set",
                       "say which with --server or --data");
    }
    if (data && !check_folder(*data).empty()) {
      return complaint("COWRITE_DATA: " + check_folder(*data), "cowrite --help");
    }
    if (url && !check_url(*url).empty()) {
      return complaint("COWRITE_SERVER: " + check_url(*url), "cowrite --help");
    }
  }
  // Both together are a server and where its operator's token lies.
  if (data && !url) {
    invocation.source = DataFolder{*data};
  } else {
    invocation.source = ServerUrl{url.value_or(std::string(kDefaultServer))};
  }
  if (globals.token_file) {
    invocation.token = TokenFile{*globals.token_file};
  } else if (const auto token = environment("COWRITE_TOKEN")) {
    invocation.token = Token{*token};
  } else if (data) {
    invocation.token = TokenFile{http::operator_token_path(*data)};
  }
  return invocation;
}

// What CLI11 says in a way that is its own.
std::string in_our_words(const CLI::ParseError& error) {
  std::string words = error.what();
  const std::size_t colon = words.find(':');
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ArgumentMismatch:  // "--at: 1 required VERSION|TIME missing", or one of 2
      return words.substr(0, colon) +
             (words.ends_with("missing") ? " lacks its value" : " is given more than once");
    case CLI::ExitCodes::ExtrasError:  // "The following argument was not expected: --foo"
      return "there is no argument" + words.substr(colon + 1);
    default:
      return words;
  }
}

// CLI11 tells of everything but a good command line by an exception.
Explanation explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    std::ostringstream text;
    app.exit(error, text, text);
    return {text.str(), 0};
  }
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const std::vector<std::string> strange = app.remaining();
  if (chosen.empty() && !strange.empty()) {
    return complaint("there is no command \"" + strange.front() + "\"", "cowrite --help");
  }
  if (chosen.empty()) return complaint("a command is missing", "cowrite --help");
  return complaint(in_our_words(error), "cowrite " + chosen.front()->get_name() + " --help");
}

}  // namespace

std::variant<Invocation, Explanation> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kDescription, "cowrite");
  Globals globals;
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("OPTIONS", "OPTIONS");
  app.get_formatter()->column_width(32);
  declare_globals(app, globals);
  app.footer(kFooter);
  app.require_subcommand(1);
  std::map<std::string, std::variant<Run, OperatorRun>> runs;
  for (const Command* command : all_commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command->name), std::string(command->summary));
    sub->group("Commands")
        ->fallthrough()
        ->footer(std::string(command->details) + "\nOptions of all commands: cowrite --help");
    Options options(*sub);
    runs[std::string(command->name)] =
        std::visit([&](auto declare) -> std::variant<Run, OperatorRun> { return declare(options); },
                   command->declare);
  }
  if (argc < 2) return Explanation{app.help(), 2};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  std::variant<Invocation, Explanation> result = choose_source(globals);
  if (auto* invocation = std::get_if<Invocation>(&result)) {
    invocation->collection = globals.collection;
    invocation->format = globals.json ? Format::kJson : Format::kText;
    invocation->colours = globals.colours;
    invocation->command = app.get_subcommands().front()->get_name();
    invocation->run = runs[invocation->command];
  }
  return result;
}

}  // namespace cowrite::cli
