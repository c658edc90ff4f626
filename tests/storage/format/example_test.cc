// What FORMAT.md works out in bytes is written exactly so.
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <sstream>
#include <string>

#include "storage/format/encoding.h"
#include "storage/format/keys.h"

namespace cowrite::storage {
namespace {

bool is_byte(const std::string& word) {
  return word.size() == 2 && std::isxdigit(static_cast<unsigned char>(word[0])) != 0 &&
         std::isxdigit(static_cast<unsigned char>(word[1])) != 0;
}

// The bytes that the lines of an example begin with, after the line that says "key" or "value".
std::string documented_bytes(const std::string& heading, const std::string& part) {
  std::ifstream document(COWRITE_STORAGE_FORMAT_DOCUMENT);
  std::string line;
  while (std::getline(document, line) && line != "### " + heading) {
  }
  std::string bytes;
  bool in_part = false;
  while (std::getline(document, line) && !line.starts_with("#")) {
    if (!line.starts_with("    ")) continue;
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (!is_byte(word)) {
      in_part = word == part;
      continue;
    }
    for (bool is_more = in_part; is_more && is_byte(word); is_more = !(words >> word).fail()) {
      bytes += static_cast<char>(std::stoi(word, nullptr, 16));
    }
  }
  return bytes;
}

TEST(FormatDocument, ItsExamplesAreWhatIsWritten) {
  ot::OperationBuilder operation;
  operation.retain(1'200).insert("é");
  const Record record = {.version = 1'318,
                         .source = "9f86d081884c7d659a2feaa0c55ad015",
                         .sequence = 42,
                         .author = "Ann",
                         .time_ms = 1'764'191'460'123,
                         .change = Edit{std::move(operation).build()}};
  const std::string key = version_key(7, record.version);
  EXPECT_EQ(documented_bytes("A record in bytes", "key"), key);
  EXPECT_EQ(documented_bytes("A record in bytes", "value"), encode_record(key, record));
  EXPECT_EQ(key.size() + encode_record(key, record).size(), 71U);

  const std::string name = document_name_key({"docs", "notes"});
  const Head head = {.number = 7,
                     .version = record.version + 1,
                     .erased = 0,
                     .exists = true,
                     .bytes = 3'000,
                     .created_ms = 1'764'190'000'000,
                     .changed_ms = record.time_ms};
  EXPECT_EQ(documented_bytes("An append in bytes", "key"), name);
  EXPECT_EQ(documented_bytes("An append in bytes", "value"), encode_head(name, head));
}

}  // namespace
}  // namespace cowrite::storage
