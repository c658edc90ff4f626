#include "server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/option_table.h"

namespace cowrite::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Words = std::vector<std::string>;

std::vector<const char*> pointers(const Words& words) {
  std::vector<const char*> found;
  for (const std::string& word : words) found.push_back(word.c_str());
  found.push_back(nullptr);
  return found;
}

class Options : public testing::Test {
 protected:
  Options() { std::filesystem::create_directory(folder_); }
  ~Options() override { std::filesystem::remove_all(folder_); }

  static std::variant<Configuration, EarlyExit> parse(Words arguments,
                                                      const Words& environment = {}) {
    arguments.insert(arguments.begin(), "cowrite-server");
    return parse_options(static_cast<int>(arguments.size()), pointers(arguments).data(),
                         pointers(environment).data());
  }

  static Configuration read(const Words& arguments, const Words& environment = {}) {
    auto parsed = parse(arguments, environment);
    if (auto* early_exit = std::get_if<EarlyExit>(&parsed)) {
      ADD_FAILURE() << early_exit->text;
      return {};
    }
    return std::get<Configuration>(std::move(parsed));
  }

  // The mistakes, or what else ends the process.
  static Words mistakes(const Words& arguments, const Words& environment = {}) {
    const auto parsed = parse(arguments, environment);
    const auto* early_exit = std::get_if<EarlyExit>(&parsed);
    if (early_exit == nullptr) return {"it is right"};
    EXPECT_EQ(early_exit->exit_status, 2) << early_exit->text;
    EXPECT_THAT(early_exit->text, HasSubstr("Try cowrite-server --help"));
    return early_exit->mistakes;
  }

  static std::string printed(const Words& arguments, const Words& environment = {}) {
    const auto parsed = parse(arguments, environment);
    const auto* early_exit = std::get_if<EarlyExit>(&parsed);
    if (early_exit == nullptr) return "it serves";
    EXPECT_EQ(early_exit->exit_status, 0);
    return early_exit->text;
  }

  std::string file(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cowrite-options-" + std::to_string(::getpid()));
  const std::string path_ = folder_ / "cowrite.toml";
};

TEST_F(Options, OverrideOneAnother) {
  const Words config{"--config", file("loops = 3\nmemory = '33M'\nhosts = ['file.example']\n")};
  const Words variables{"COWRITE_LOOPS=4", "COWRITE_HOSTS=a.example, b.example"};
  EXPECT_EQ(read(config).options.loops, 3U);
  EXPECT_EQ(read(config, variables).options.loops, 4U);
  Words all = config;
  all.insert(all.end(), {"--loops", "5"});
  const Configuration configuration = read(all, variables);
  EXPECT_EQ(configuration.options.loops, 5U);
  EXPECT_EQ(configuration.options.memory_bytes, std::uint64_t{33} << 20);
  EXPECT_THAT(configuration.options.hosts, ElementsAre("a.example", "b.example"));
  EXPECT_EQ(configuration.options.listen.port, 8'080);
  EXPECT_EQ(configuration.file, path_);
}

// Each of them, with a value that is not its default.
constexpr std::pair<const char*, const char*> kOthers[] = {
    {"data", ":memory:"},
    {"listen", "[::1]:1"},
    {"metrics-listen", "[::1]:2"},
    {"base-path", "/pad"},
    {"loops", "63"},
    {"hosts", "a,b"},
    {"origins", "http://a,http://b"},
    {"embed-origins", "http://a"},
    {"trusted-proxies", "10.0.0.0/8,loopback"},
    {"memory", "65536K"},
    {"disk-reserve", "1"},
    {"log-level", "debug"},
    {"log-format", "json"}};

std::string text_of(const Configuration& configuration, std::string_view option) {
  for (const config::Setting& setting : configuration.settings) {
    if (setting.option == option) return setting.text + " from " + setting.origin;
  }
  return "";
}

TEST_F(Options, MeanTheSameWhereverTheyAreWritten) {
  EXPECT_EQ(std::size(kOthers), option_table().size());
  for (const auto& [name, value] : kOthers) {
    const std::string flag = std::string("--") + name;
    const std::string variable = environment_name(name);
    const std::string text = value;
    EXPECT_EQ(text_of(read({flag, text}), name), text + " from " + flag);
    EXPECT_EQ(text_of(read({flag + "=" + text}), name), text + " from " + flag);
    EXPECT_EQ(text_of(read({}, {variable + "=" + text}), name), text + " from " + variable);
    const Words config{"--config", file(std::string(name) + " = \"" + text + "\"\n")};
    EXPECT_EQ(text_of(read(config), name), text + " from " + path_ + ":1: " + name);
    ASSERT_NE(find_option(name), nullptr);
    EXPECT_NE(find_option(name)->if_absent, text);
  }
}

TEST_F(Options, NameThePlaceOfAMistake) {
  const std::string wrong = "\"0\" is not a number from 1 to 64";
  EXPECT_THAT(mistakes({"--loops", "0"}), ElementsAre("--loops: " + wrong));
  EXPECT_THAT(mistakes({}, {"COWRITE_LOOPS=0"}), ElementsAre("COWRITE_LOOPS: " + wrong));
  const std::string path = file("\n\nloops = 0\n");
  EXPECT_THAT(mistakes({"--config", path}), ElementsAre(path + ":3: loops: " + wrong));
  EXPECT_THAT(mistakes({}, {"COWRITE_CONFIG=" + path}), ElementsAre(path + ":3: loops: " + wrong));
}

TEST_F(Options, AreAllChecked) {
  const std::string path = file("loops = 0\nmemory = '1M'\n");
  const Words found = mistakes({"--config", path, "--loops", "2"}, {"COWRITE_LISTEN=x"});
  EXPECT_THAT(found, ElementsAre(HasSubstr(":1: loops: "), HasSubstr(":2: memory: "),
                                 "COWRITE_LISTEN: \"x\" is not HOST:PORT"));
}

TEST_F(Options, RefuseWhatNoPageHasAsItsOrigin) {
  const std::string which = "such as https://example.org:8443.";
  EXPECT_THAT(mistakes({"--origins", "ftp://x"}),
              ElementsAre("--origins: \"ftp://x\" is not an origin that pages can have, " + which));
  for (const char* wrong : {"x", "ws://x", "file://x", "https://x/", "*"}) {
    EXPECT_THAT(mistakes({"--origins", wrong}), ElementsAre(HasSubstr(wrong))) << wrong;
    EXPECT_THAT(mistakes({"--embed-origins", wrong}), ElementsAre(HasSubstr(wrong))) << wrong;
  }
  EXPECT_THAT(read({"--origins", "capacitor://localhost"}).options.origins,
              ElementsAre("capacitor://localhost"));
}

TEST_F(Options, RefuseEmptyElements) {
  for (const char* option : {"hosts", "origins", "embed-origins"}) {
    const std::string flag = std::string("--") + option;
    EXPECT_THAT(mistakes({flag, "http://a,,http://b"}),
                ElementsAre(flag + ": \"http://a,,http://b\" has an empty element"));
  }
}

TEST_F(Options, ThatAreListsMayBeRepeatedAndEmptied) {
  EXPECT_THAT(read({"--hosts", "a", "--hosts", "b,c"}).options.hosts, ElementsAre("a", "b", "c"));
  const Words config{"--config", file("hosts = 'a'"), "--hosts", ""};
  EXPECT_THAT(read(config).options.hosts, IsEmpty());
  EXPECT_THAT(mistakes({"--loops", "1", "--loops", "2"}),
              ElementsAre("--loops is given more than once"));
}

TEST_F(Options, ThatAreUnknownAreNamedWithTheNearest) {
  EXPECT_THAT(mistakes({"--lopps", "1"}),
              ElementsAre("there is no option --lopps; did you mean --loops?"));
  EXPECT_THAT(mistakes({"--lopps=1"}),
              ElementsAre("there is no option --lopps=1; did you mean --loops?"));
  EXPECT_THAT(mistakes({"--threads"}), ElementsAre("there is no option --threads"));
  EXPECT_THAT(mistakes({"--chekc-config"}), ElementsAre(HasSubstr("did you mean --check-config?")));
  const std::string path = file("log_level = 'info'\nthreads = 4\n[server]\n");
  EXPECT_THAT(mistakes({"--config", path}), ElementsAre(path + ":3: server: there are no tables"));
  const std::string flat = file("log_level = 'info'\nthreads = 4\n");
  EXPECT_THAT(mistakes({"--config", flat}),
              ElementsAre(flat + ":1: log_level: there is no such option; did you mean log-level?",
                          flat + ":2: threads: there is no such option"));
}

TEST_F(Options, DoubtVariablesThatAreNone) {
  const Configuration configuration =
      read({}, {"COWRITE_LOPPS=secret", "COWRITE_SERVICE_HOST=secret", "COWRITE_TOKEN=secret",
                "COWRITE_SERVER=http://a", "COWRITER=1", "PATH=/bin"});
  EXPECT_THAT(configuration.doubts,
              ElementsAre("COWRITE_LOPPS is no option of the server; did you mean COWRITE_LOOPS?",
                          "COWRITE_SERVICE_HOST is no option of the server"));
}

TEST_F(Options, ThatAreEmptyVariablesAreAbsent) {
  EXPECT_EQ(read({}, {"COWRITE_DATA=", "COWRITE_CONFIG="}).options.data, "./data");
}

TEST_F(Options, CannotBeReadFromAFileThatIsNotThere) {
  EXPECT_THAT(mistakes({"--config", path_}), ElementsAre(path_ + ": No such file or directory"));
}

TEST_F(Options, AreShownWithWhereEachComesFrom) {
  const std::string path = file("memory = '64M'\nhosts = ['a', 'b']\n");
  const std::string shown =
      printed({"--check-config", "--config", path, "--base-path", "/pad"},
              {"COWRITE_LOOPS=4", "COWRITE_TOKEN=secret", "COWRITE_X=secret"});
  for (const std::string& row : {std::string("OPTION           VALUE           FROM\n"),
                                 "memory           64M             " + path + ":1: memory\n",
                                 "hosts            a,b             " + path + ":2: hosts\n",
                                 std::string("loops            4               COWRITE_LOOPS\n"),
                                 std::string("base-path        /pad            --base-path\n"),
                                 std::string("origins          none            default\n"),
                                 std::string("listen           127.0.0.1:8080  default\n")}) {
    EXPECT_THAT(shown, HasSubstr(row));
  }
  EXPECT_THAT(shown, Not(HasSubstr("secret")));
  EXPECT_THAT(mistakes({"--check-config", "--loops", "0"}), ElementsAre(HasSubstr("--loops")));
}

TEST_F(Options, DifferByWhatTheySay) {
  const Words config{"--config", file("loops = 2\nhosts = 'a'\n")};
  const Configuration running = read(config);
  EXPECT_THAT(differences(running, read(config)), IsEmpty());
  file("loops = 3\nhosts = 'a'\norigins = 'http://a'\n");
  const std::vector<Difference> found = differences(running, read(config));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].option->name, "loops");
  EXPECT_EQ(found[0].option->reload, Reload::kNextStart);
  EXPECT_EQ(found[1].option->name, "origins");
  EXPECT_EQ(found[1].option->reload, Reload::kAtOnce);
  EXPECT_EQ(found[1].text, "http://a");
}

TEST_F(Options, AreInTheHelp) {
  const std::string help = printed({"--help"});
  for (const Option& option : option_table()) {
    EXPECT_THAT(help, HasSubstr("--" + std::string(option.name) + " " + std::string(option.form)));
  }
}

}  // namespace
}  // namespace cowrite::server
