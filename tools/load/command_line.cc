#include "tools/load/command_line.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <map>
#include <random>
#include <sstream>
#include <string_view>
#include <utility>

namespace cowrite::load {

void Options::count(const char* name, const char* help, std::uint64_t* target,
                    std::uint64_t least) {
  app_.add_option(name, *target, help)
      ->check(CLI::Range(static_cast<double>(least), 1e12).description(""))
      ->type_name("N")
      ->capture_default_str();
}

void Options::number(const char* name, const char* value, const char* help, double* target) {
  app_.add_option(name, *target, help)
      ->check(CLI::Range(0.0, 1e9).description(""))
      ->type_name(value)
      ->capture_default_str();
}

void Options::flag(const char* name, const char* help, bool* target) {
  app_.add_flag(name, *target, help);
}

namespace {

constexpr const char* kDescription =
    "cowrite-load - put load on a cowrite server, or any ShareDB server with the type "
    "text-unicode, "
    "and verify that it lost, doubled and reordered nothing";

constexpr const char* kFooter =
    "The clients do as ShareDB's own: one operation is in flight for each client, what is typed\n"
    "meanwhile is composed, what others did is rebased, and after a reconnection what was not\n"
    "acknowledged is submitted again under the same source and sequence.\n"
    "\n"
    "Back to back, a writer waits for each ack (a closed loop). With --rate, and as typists do,\n"
    "keys are due at fixed times, and latencies count from these, however late the server is (an\n"
    "open loop): they are free of coordinated omission. The warm-up is left out of all figures.\n"
    "\n"
    "Documents are made in the collection and left there: cowrite --collection load ls.\n"
    "\n"
    "Exit status: 0 done and verified; 1 the server did something wrong, or cannot be reached;\n"
    "2 wrong usage.\n"
    "\n"
    "cowrite-load SCENARIO --help tells more of a scenario.";

struct Globals {
  std::string server = "http://127.0.0.1:8080";
  std::uint64_t threads = 1;
  std::uint64_t seed = 1;
  double patience = 30;
  std::string collection = "load";
  bool json = false;
};

void declare(CLI::App& app, Globals& globals) {
  app.add_option("--server", globals.server,
                 "A cowrite-server, or as ws://HOST:PORT/PATH the WebSocket of any server")
      ->type_name("URL")
      ->capture_default_str();
  app.add_option("--collection", globals.collection, "Where documents are made")
      ->type_name("NAME")
      ->capture_default_str();
  Options options(app);
  options.count("--threads", "Threads that the clients are spread over", &globals.threads);
  options.count("--seed", "Of all that is left to chance", &globals.seed, 0);
  options.number("--patience", "SECONDS", "How long the server may take to answer at the end",
                 &globals.patience);
  options.flag("--json", "Print one JSON object with all figures", &globals.json);
  app.set_version_flag("--version", "cowrite-load " COWRITE_VERSION, "Print the version");
  app.set_help_flag("-h,--help", "Print this, or the help of a scenario");
}

EarlyExit complaint(const std::string& reason, const std::string& help_command) {
  return {"cowrite-load: " + reason + "\nhint: " + help_command + "\n", 2};
}

EarlyExit explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {
    std::ostringstream text;
    app.exit(error, text, text);
    return {text.str(), 0};
  }
  const auto chosen = app.get_subcommands();
  const auto strange = app.remaining(true);
  if (chosen.empty() && !strange.empty()) {
    return complaint("there is no scenario \"" + strange.front() + "\"", "cowrite-load --help");
  }
  if (chosen.empty()) return complaint("a scenario is missing", "cowrite-load --help");
  const std::string help = "cowrite-load " + chosen.front()->get_name() + " --help";
  if (!strange.empty()) return complaint("there is no argument " + strange.front(), help);
  return complaint(error.what(), help);
}

// Different in each run, so that one server can serve many.
std::string name_of_run() {
  std::random_device random;
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", random());
  return digits.data();
}

}  // namespace

std::variant<Invocation, EarlyExit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kDescription, "cowrite-load");
  Globals globals;
  app.get_formatter()->label("SUBCOMMAND", "SCENARIO");
  app.get_formatter()->column_width(32);
  declare(app, globals);
  app.footer(kFooter);
  app.require_subcommand(1);
  std::map<std::string, Apply> applies;
  for (const Scenario* scenario : all_scenarios()) {
    const std::string name(scenario->name);
    CLI::App* sub = app.add_subcommand(name, std::string(scenario->summary));
    sub->group("Scenarios")->fallthrough()->footer("Options of all scenarios: cowrite-load --help");
    Options options(*sub);
    applies[name] = scenario->declare(options);
  }
  if (argc < 2) return EarlyExit{app.help(), 2};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  Invocation invocation;
  invocation.server = globals.server;
  invocation.run.threads = globals.threads;
  invocation.run.seed = globals.seed;
  invocation.run.collection = globals.collection;
  invocation.run.name = name_of_run();
  invocation.run.patience_seconds = globals.patience;
  invocation.apply = applies[app.get_subcommands().front()->get_name()];
  invocation.json = globals.json;
  return invocation;
}

}  // namespace cowrite::load
