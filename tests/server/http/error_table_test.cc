// The table of errors beside the sources, which define the codes, and the documents, which list
// them.
#include "server/http/error_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "server/history/errors.h"
#include "server/http/json.h"

namespace cowrite::http {
namespace {

const std::filesystem::path kRoot = COWRITE_SOURCE_DIR;

// Codes of server/ and what is below it that end in a message at the start, or within the process.
const std::set<std::string> kSentToNobody = {"ERR_CONFIG_FILE",
                                             "ERR_DESCRIPTORS",
                                             "ERR_EMBED_ORIGIN",
                                             "ERR_HOST_NAME",
                                             "ERR_LISTEN",
                                             "ERR_OPERATOR_TOKEN_FILE",
                                             "ERR_ORIGIN",
                                             "ERR_OT_OP_NOT_INVERTIBLE",
                                             "ERR_REPLY_INVALID",
                                             "ERR_REQUEST_FAILED",
                                             "ERR_STORAGE_FOLDER_NAME",
                                             "ERR_STORAGE_IN_USE",
                                             "ERR_STORAGE_NEWER_FORMAT",
                                             "ERR_STORAGE_NO_BACKUP",
                                             "ERR_STORAGE_NOT_FOUND",
                                             "ERR_TIME_INVALID",
                                             "ERR_TRUSTED_PROXY",
                                             "ERR_VERSION_SELECTOR_INVALID"};

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The codes that stand in the sources of a folder as literals, each with the lines where it does.
std::map<std::string, std::vector<std::string>> literals(const std::string& folder) {
  static const std::regex kLiteral("\"(ERR_[A-Z0-9_]+)\"");
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kRoot / folder)) {
    if (file.path().extension() != ".h" && file.path().extension() != ".cc") continue;
    std::istringstream lines(read(file.path()));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t comment = line.find("//");
      std::smatch match;
      const std::string code = line.substr(0, comment);
      if (std::regex_search(code, match, kLiteral)) {
        found[match[1]].push_back(file.path().string() + ": " + code);
      }
    }
  }
  return found;
}

// The rows of a document's table of errors, between its head and the next empty line.
std::string table_in(const std::string& document, const std::string& head) {
  const std::string text = read(kRoot / document);
  const std::size_t begin = text.find(head);
  if (begin == std::string::npos) return "no table \"" + head + "\" in " + document;
  const std::size_t rows = begin + head.size();
  return text.substr(rows, text.find("\n\n", rows) + 1 - rows);
}

TEST(ErrorTable, HasEachCodeOnceAndByStatus) {
  std::set<std::string_view> codes;
  int status = 0;
  for (const ErrorEntry& entry : error_table()) {
    EXPECT_TRUE(codes.insert(entry.code).second) << entry.code << " stands twice";
    EXPECT_EQ(find_error(entry.code), &entry);
    EXPECT_EQ(entry.status == 0, entry.channel == Channel::kWebSocket) << entry.code;
    EXPECT_TRUE(entry.meaning.ends_with('.')) << entry.code;
    if (entry.status == 0) continue;
    EXPECT_LE(status, entry.status) << entry.code;
    status = entry.status;
  }
  EXPECT_EQ(find_error("ERR_"), nullptr);
}

TEST(ErrorTable, EachCodeIsOneConstantInTheSources) {
  static const std::regex kConstant(
      "(inline constexpr std::string_view kErr\\w+ =)?\\s*\"ERR_\\w+\";\\s*");
  std::map<std::string, std::vector<std::string>> all;
  for (const char* folder : {"ot", "storage", "server", "tools"}) {
    for (const auto& [code, places] : literals(folder)) {
      all[code].insert(all[code].end(), places.begin(), places.end());
    }
  }
  EXPECT_GT(all.size(), error_table().size());
  for (const auto& [code, places] : all) {
    EXPECT_EQ(places.size(), 1U) << code << "\n" << places.front() << "\n" << places.back();
    const std::string line = places.front().substr(places.front().find(": ") + 2);
    EXPECT_TRUE(std::regex_match(line, kConstant)) << places.front();
  }
}

TEST(ErrorTable, HasEveryCodeThatAClientCanBeSent) {
  for (const char* folder : {"ot", "storage", "server"}) {
    for (const auto& [code, places] : literals(folder)) {
      EXPECT_NE(find_error(code) != nullptr, kSentToNobody.contains(code)) << places.front();
    }
  }
}

TEST(ErrorTable, IsTheTableOfTheHttpApi) {
  std::string expected;
  for (const ErrorEntry& entry : error_table()) {
    if (entry.channel == Channel::kWebSocket) continue;
    expected += "| " + std::to_string(entry.status) + " | `" + std::string(entry.code) + "` | " +
                std::string(entry.meaning) + " |\n";
  }
  EXPECT_EQ(table_in("server/http/API.md", "| status | code | meaning |\n|---|---|---|\n"),
            expected);
}

TEST(ErrorTable, IsTheTableOfTheWebSocketProtocol) {
  std::string expected;
  for (const ErrorEntry& entry : error_table()) {
    if (entry.channel == Channel::kHttp) continue;
    expected += "| `" + std::string(entry.code) + "` | " + std::string(entry.meaning) + " |\n";
  }
  EXPECT_EQ(table_in("server/PROTOCOL.md", "| code | meaning |\n|---|---|\n"), expected);
}

TEST(ErrorTable, ARepliesCodeIsKnownToTheCommandLine) {
  for (const ErrorEntry& entry : error_table()) {
    const Error error{entry.code, "why"};
    EXPECT_EQ(parse_error(error_json(error)), error);
  }
}

}  // namespace
}  // namespace cowrite::http
