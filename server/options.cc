#include "server/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "ot/base/printable.h"
#include "server/config/config_file.h"
#include "server/config/nearest.h"
#include "server/option_table.h"
#include "server/version.h"

namespace cowrite::server {
namespace {

using config::Setting;

constexpr std::string_view kPrefix = "COWRITE_";
constexpr std::string_view kConfigVariable = "COWRITE_CONFIG";

// The command line's own variables; the server shares COWRITE_DATA with it.
constexpr std::string_view kForeignVariables[] = {"COWRITE_SERVER", "COWRITE_TOKEN"};

constexpr const char* kDescription =
    "A collaborative text editor's server. Open the URL that it prints in several browser tabs and "
    "type.";
constexpr const char* kFooter =
    "Each option may also stand in the environment, as COWRITE_BASE_PATH, or in the file of\n"
    "--config, as base-path = \"/pad\"; flags override the environment, which overrides the file.\n"
    "Signals: SIGTERM and SIGINT finish what is in flight and end the server within 5 seconds; so\n"
    "does SIGHUP on a terminal. Elsewhere SIGHUP reads the file again.\n"
    "Exit status: 0 stopped; 1 could not start; 2 usage; 3 the disk failed, nothing more was "
    "acknowledged.";

EarlyExit usage(std::vector<std::string> mistakes) {
  std::string text;
  for (const std::string& mistake : mistakes) {
    text += "cowrite-server: " + ot::printable(mistake) + "\n";
  }
  return {text + "Try cowrite-server --help\n", 2, std::move(mistakes)};
}

// "; did you mean --loops?", or nothing if no name is near.
std::string suggestion(std::string_view prefix, std::string_view wrong,
                       const std::vector<std::string_view>& names) {
  const std::string_view name = config::nearest(wrong, names);
  return name.empty() ? "" : "; did you mean " + std::string(prefix) + std::string(name) + "?";
}

std::vector<std::string_view> option_names(std::vector<std::string_view> others = {}) {
  for (const Option& option : option_table()) others.push_back(option.name);
  return others;
}

// ---- Flags

struct Flags {
  std::vector<Setting> settings;
  std::optional<std::string> config;
  bool check_config = false;
};

// What CLI11 fills in.
struct Texts {
  std::map<std::string_view, std::string> single;
  std::map<std::string_view, std::vector<std::string>> lists;
  std::string config;
  bool check_config = false;
};

void declare(CLI::App& app, Texts& texts) {
  for (const Option& option : option_table()) {
    const std::string flag = "--" + std::string(option.name);
    if (option.arity == Arity::kList) {
      app.add_option(flag, texts.lists[option.name], option.help)
          ->type_name(std::string(option.form))
          ->type_size(1)
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      std::string& text = texts.single[option.name] = option.if_absent;
      app.add_option(flag, text, option.help)
          ->type_name(std::string(option.form))
          ->capture_default_str();
    }
  }
  app.add_option("--config", texts.config, "File with options, in TOML")->type_name("FILE");
  app.add_flag("--check-config", texts.check_config,
               "Print each option with where it comes from, and end");
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (&part == &parts.front() ? "" : ",") + part;
  return text;
}

EarlyExit no_such_flag(const std::string& given) {
  const std::size_t begin = std::min(given.find_first_not_of('-'), given.size());
  const std::string wrong = given.substr(begin, given.find('=') - begin);
  return usage(
      {"there is no option " + given +
       suggestion("--", wrong, option_names({"config", "check-config", "help", "version"}))});
}

std::variant<Flags, EarlyExit> parse_flags(int argc, const char* const* argv) {
  Texts texts;
  CLI::App app(kDescription, "cowrite-server");
  app.set_version_flag("--version", std::string("cowrite-server ") + kVersion);
  declare(app, texts);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return EarlyExit{app.help(), 0};
  } catch (const CLI::CallForVersion&) {
    return EarlyExit{app.version() + "\n", 0};
  } catch (const CLI::ExtrasError&) {
    return no_such_flag(app.remaining().front());
  } catch (const CLI::ArgumentMismatch& error) {  // "--data: 1 required DIR missing"
    const std::string words = error.what();
    const bool missing = words.ends_with("missing");
    return usage({words.substr(0, words.find(':')) +
                  (missing ? " lacks its value" : " is given more than once")});
  } catch (const CLI::ParseError& error) {
    return usage({error.what()});
  }
  Flags flags{.check_config = texts.check_config};
  if (app.count("--config") > 0) flags.config = texts.config;
  for (const Option& option : option_table()) {
    const std::string flag = "--" + std::string(option.name);
    if (app.count(flag) == 0) continue;
    flags.settings.push_back({std::string(option.name),
                              option.arity == Arity::kList ? joined(texts.lists[option.name])
                                                           : texts.single[option.name],
                              flag});
  }
  return flags;
}

// ---- The environment

struct Environment {
  std::vector<Setting> settings;
  std::optional<std::string> config;
  std::vector<std::string> doubts;
};

// No value is shown: it may be a secret of another program.
std::string doubt(std::string_view variable) {
  std::vector<std::string> names{std::string(kConfigVariable)};
  for (const Option& option : option_table()) names.push_back(environment_name(option.name));
  std::vector<std::string_view> endings(names.size());
  std::ranges::transform(names, endings.begin(),
                         [](std::string_view name) { return name.substr(kPrefix.size()); });
  return std::string(variable) + " is no option of the server" +
         suggestion(kPrefix, variable.substr(kPrefix.size()), endings);
}

// A variable that is empty counts as one that is not there.
Environment read_environment(const char* const* environment) {
  Environment found;
  for (const char* const* entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with(kPrefix) || name.size() + 1 >= text.size()) continue;
    const std::string value(text.substr(name.size() + 1));
    const auto table = option_table();
    const auto option = std::ranges::find_if(
        table, [&](const Option& known) { return environment_name(known.name) == name; });
    if (option != table.end()) {
      found.settings.push_back({std::string(option->name), value, std::string(name)});
    } else if (name == kConfigVariable) {
      found.config = value;
    } else if (std::ranges::find(kForeignVariables, name) == std::end(kForeignVariables)) {
      found.doubts.push_back(doubt(name));
    }
  }
  return found;
}

// ---- All of it

// Puts settings together, later ones over earlier ones.
class Merge {
 public:
  void add(const std::vector<Setting>& settings) {
    for (const Setting& setting : settings) {
      const Option* const option = find_option(setting.option);
      if (option == nullptr) {
        mistakes.push_back(setting.origin + ": there is no such option" +
                           suggestion("", setting.option, option_names()));
        continue;
      }
      read(*option, setting.text, setting.origin);
      winners_[option->name] = setting;
    }
  }

  // Fills in what nothing sets.
  void finish() {
    for (const Option& option : option_table()) {
      if (!winners_.contains(option.name)) {
        read(option, option.if_absent, "--" + std::string(option.name));
        winners_[option.name] = {std::string(option.name), option.if_absent, ""};
      }
      configuration.settings.push_back(winners_[option.name]);
    }
  }

  Configuration configuration;
  std::vector<std::string> mistakes;

 private:
  void read(const Option& option, const std::string& text, const std::string& origin) {
    const auto mistake = option.read(text, configuration.options);
    if (mistake) mistakes.push_back(origin + ": " + *mistake);
  }

  std::map<std::string_view, Setting> winners_;
};

// For a person.
std::string table_of(const Configuration& configuration) {
  std::vector<std::vector<std::string>> rows{{"OPTION", "VALUE", "FROM"}};
  for (const Setting& setting : configuration.settings) {
    rows.push_back({setting.option, setting.text.empty() ? "none" : ot::printable(setting.text),
                    setting.origin.empty() ? "default" : ot::printable(setting.origin)});
  }
  std::size_t widths[2] = {0, 0};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 2; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (auto& row : rows) {
    for (std::size_t i = 0; i < 2; ++i) row[i].resize(widths[i] + 2, ' ');
    text += row[0] + row[1] + row[2] + "\n";
  }
  for (const std::string& sentence : configuration.doubts) {
    text += "note: " + ot::printable(sentence) + "\n";
  }
  return text;
}

}  // namespace

std::variant<Configuration, EarlyExit> parse_options(int argc, const char* const* argv,
                                                     const char* const* environment) {
  std::variant<Flags, EarlyExit> parsed = parse_flags(argc, argv);
  if (auto* early_exit = std::get_if<EarlyExit>(&parsed)) return std::move(*early_exit);
  const Flags& flags = std::get<Flags>(parsed);
  Environment variables = read_environment(environment);
  Merge merge;
  const std::optional<std::string> file = flags.config ? flags.config : variables.config;
  if (file) {
    const Result<std::vector<Setting>> settings = config::read_config_file(*file);
    if (!settings) return usage({settings.error().message});
    merge.add(*settings);
  }
  merge.add(variables.settings);
  merge.add(flags.settings);
  merge.finish();
  if (!merge.mistakes.empty()) return usage(std::move(merge.mistakes));
  Configuration configuration = std::move(merge.configuration);
  configuration.file = file.value_or("");
  configuration.doubts = std::move(variables.doubts);
  if (flags.check_config) return EarlyExit{table_of(configuration), 0};
  return configuration;
}

std::vector<Difference> differences(const Configuration& running, const Configuration& wanted) {
  std::vector<Difference> found;
  for (std::size_t i = 0; i < running.settings.size(); ++i) {
    const Setting& setting = wanted.settings[i];
    if (setting.text == running.settings[i].text) continue;
    found.push_back({&option_table()[i], i, setting.text});
  }
  return found;
}

}  // namespace cowrite::server
