#include "server/config/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace cowrite::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// "loops=4 from a.toml:1: loops"
std::vector<std::string> read(std::string_view text) {
  const Result<std::vector<Setting>> settings = parse_config(text, "a.toml");
  if (!settings) return {std::string(settings.error().code) + " " + settings.error().message};
  std::vector<std::string> found;
  for (const Setting& setting : *settings) {
    found.push_back(setting.option + "=" + setting.text + " from " + setting.origin);
  }
  return found;
}

TEST(ConfigFile, HasKeysWithTextsNumbersAndLists) {
  EXPECT_THAT(read("# A comment.\nmemory = \"64M\"\nloops = 4\n\nhosts = ['a', \"b\"]\n"
                   "origins = []\n"),
              ElementsAre("memory=64M from a.toml:2: memory", "loops=4 from a.toml:3: loops",
                          "hosts=a,b from a.toml:5: hosts", "origins= from a.toml:6: origins"));
  EXPECT_THAT(read(""), IsEmpty());
}

TEST(ConfigFile, NamesTheLineThatIsNoToml) {
  EXPECT_THAT(read("loops = 4\nmemory = 64M\n"),
              ElementsAre(StartsWith("ERR_CONFIG_FILE a.toml:2: ")));
  EXPECT_THAT(read("loops = 4\nloops = 5\n"),
              ElementsAre(StartsWith("ERR_CONFIG_FILE a.toml:2: ")));
  EXPECT_THAT(read("a = \"\xff\"\n"), ElementsAre(StartsWith("ERR_CONFIG_FILE a.toml:1: ")));
}

TEST(ConfigFile, ThatTheParserDoesNotExpectIsRefusedWithItsLine) {
  for (const char* wrong : {"[.", "[[.", "[[[", "[[[a]]]"}) {
    EXPECT_THAT(read("loops = 4\n" + std::string(wrong)),
                ElementsAre(StartsWith("ERR_CONFIG_FILE a.toml:2: ")))
        << wrong;
  }
}

TEST(ConfigFile, RefusesValuesThatNoOptionTakes) {
  constexpr const char* kKinds = "a value is a text in quotes, a whole number, or a list";
  for (const char* wrong : {"a = 1.5", "a = true", "a = 2026-01-01"}) {
    EXPECT_THAT(read("\n" + std::string(wrong)),
                ElementsAre(std::string("ERR_CONFIG_FILE a.toml:2: a: ") + kKinds))
        << wrong;
  }
  for (const char* table : {"a = {b = 1}", "a.b = 1", "[a]\nb = 1"}) {
    EXPECT_THAT(read(table), ElementsAre(HasSubstr("a: there are no tables"))) << table;
  }
  EXPECT_THAT(read("a = [[1]]"), ElementsAre(HasSubstr("a list has texts, in quotes")));
  EXPECT_THAT(read("a = ['b', '']"), ElementsAre(HasSubstr("\"\" is not one element of a list")));
  EXPECT_THAT(read("a = ['b,c']"), ElementsAre(HasSubstr("\"b,c\" is not one element")));
}

class ConfigFileOnDisk : public testing::Test {
 protected:
  ~ConfigFileOnDisk() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cowrite-config-" + std::to_string(::getpid()));
};

TEST_F(ConfigFileOnDisk, IsRead) {
  std::filesystem::create_directory(folder_);
  const std::string path = folder_ / "cowrite.toml";
  std::ofstream(path) << "loops = 4\n";
  const auto settings = read_config_file(path);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->front().origin, path + ":1: loops");
  EXPECT_EQ(settings->front().text, "4");
}

TEST_F(ConfigFileOnDisk, IsNamedIfItCannotBeRead) {
  const auto message = [](const std::string& path) {
    const auto settings = read_config_file(path);
    return settings ? "" : settings.error().message;
  };
  EXPECT_EQ(message(folder_ / "none.toml"), folder_ / "none.toml: No such file or directory");
  std::filesystem::create_directory(folder_);
  EXPECT_EQ(message(folder_), folder_.string() + ": Is a directory");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(message(folder_ / "pipe"), folder_ / "pipe: it is no file, and might never end");
  EXPECT_EQ(message("/dev/zero"), "/dev/zero: it is too large for a configuration file");
}

}  // namespace
}  // namespace cowrite::config
