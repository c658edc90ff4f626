// A data folder that no server uses, and the commands that change it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "storage/format/keys.h"
#include "storage/store/heads.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/cowrite_process.h"

namespace cowrite::cli {

class OperatorCommands : public testing::Test {
 protected:
  OperatorCommands() {
    const auto log = storage::open_folder(data_);
    storage::DocumentWriter(*log, {"docs", "notes"})
        .by("Ann")
        .at("2026-01-05T06:11:00Z")
        .create("one\n")
        .by("Bob")
        .insert(4, "two 😀\n")
        .erase(0, 4);
    storage::DocumentWriter(*log, {"docs", "gone"}).create("x").remove();
    storage::DocumentWriter(*log, {"other", "long"}).create("").type(399).type(301);
  }

  Ran ran(Words arguments) {
    arguments.insert(arguments.begin(), {"--data", data_});
    return run(arguments);
  }
  // The output of a command that must succeed.
  std::string output(const Words& arguments) {
    const Ran result = ran(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }
  // The first line of the complaint of a command that must fail.
  std::string complaint(const Words& arguments, int status = 1) {
    const Ran result = ran(arguments);
    EXPECT_EQ(result.status, status) << result.out;
    return result.err.substr(0, result.err.find('\n'));
  }

  // The whole complaint of a command that does part of what it should.
  Ran partly(const Words& arguments) {
    Ran result = ran(arguments);
    EXPECT_EQ(result.status, 1) << result.out;
    return result;
  }
  // Makes a version of a document unreadable.
  void damage(const storage::DocumentKey& key, std::uint64_t version) {
    const auto store = *storage::RocksDbStore::open(data_, storage::OpenMode::kReadWrite);
    storage::WriteBatch batch;
    const auto head = storage::read_head(*store->view(), key);
    batch.put(storage::Table::kRecords, storage::version_key((*head)->number, version), "\x02?");
    ASSERT_TRUE(store->write(batch, storage::Durability::kSynced));
  }

  std::string file(const std::string& name, const std::string& bytes) {
    const std::string path = temp_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string bytes_of(const std::string& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }

  storage::TempFolder temp_;
  std::string data_ = temp_ / "data";
};

}  // namespace cowrite::cli
