// The documents that list the options, beside the table of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "server/config/config_file.h"
#include "server/option_table.h"
#include "server/options.h"

namespace cowrite::server {
namespace {

using ::testing::IsEmpty;

const std::filesystem::path kRoot = COWRITE_SOURCE_DIR;

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// One row an option: | `--loops N` | meaning | `default` | when a reload changes it |
TEST(OptionsDocuments, TheReadmeHasEachOptionWithItsDefault) {
  static const std::regex kRow(R"(\| `--([a-z-]+) ([^`]+)` \|[^|]+\| ([^|]+) \| ([^|]+) \|)");
  const std::string readme = read(kRoot / "README.md");
  std::set<std::string> found;
  for (std::sregex_iterator row(readme.begin(), readme.end(), kRow), end; row != end; ++row) {
    const std::string name = (*row)[1];
    const Option* const option = find_option(name);
    ASSERT_NE(option, nullptr) << name;
    EXPECT_EQ((*row)[2].str(), option->form);
    const std::string if_absent = name == "loops"             ? "one for each core"
                                  : option->if_absent.empty() ? "none"
                                                              : "`" + option->if_absent + "`";
    EXPECT_EQ((*row)[3].str(), if_absent) << name;
    EXPECT_EQ((*row)[4].str(), option->reload == Reload::kAtOnce ? "at once" : "next start")
        << name;
    EXPECT_TRUE(found.insert(name).second) << name;
  }
  EXPECT_EQ(found.size(), option_table().size());
}

TEST(OptionsDocuments, TheExampleIsAcceptedAsItIs) {
  const std::string path = kRoot / "server/cowrite.example.toml";
  const char* const arguments[] = {"cowrite-server", "--config", path.c_str(), "--check-config"};
  const char* const environment[] = {nullptr};
  const auto parsed = parse_options(std::size(arguments), arguments, environment);
  EXPECT_EQ(std::get<EarlyExit>(parsed).exit_status, 0) << std::get<EarlyExit>(parsed).text;
}

// Uncommented, it sets every option.
TEST(OptionsDocuments, TheExampleHasEachOption) {
  std::istringstream lines(read(kRoot / "server/cowrite.example.toml"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    text +=
        (line.starts_with("# ") || line == "#" ? "" : line.substr(line.starts_with('#'))) + "\n";
  }
  const auto settings = config::parse_config(text, "cowrite.example.toml");
  ASSERT_TRUE(settings) << settings.error().message;
  std::set<std::string_view> missing;
  for (const Option& option : option_table()) missing.insert(option.name);
  for (const config::Setting& setting : *settings) {
    EXPECT_EQ(missing.erase(setting.option), 1U) << setting.option;
    ServerOptions options;
    const auto mistake = find_option(setting.option)->read(setting.text, options);
    EXPECT_FALSE(mistake) << *mistake;
  }
  EXPECT_THAT(missing, IsEmpty());
}

}  // namespace
}  // namespace cowrite::server
