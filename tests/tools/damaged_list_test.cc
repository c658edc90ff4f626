// Commands over all documents, where the list of their names is damaged.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "server/http/api.h"
#include "server/http/operator_api.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/damage.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/http_endpoint.h"
#include "tests/tools/operator_commands.h"

namespace cowrite::cli {
namespace {

class DamagedListOfNames : public OperatorCommands {
 protected:
  DamagedListOfNames() {
    data_ = temp_ / "many";
    {
      const auto log = storage::open_folder(data_);
      std::mt19937_64 random(7);
      storage::create_empty(*log, "docs", names(300, random));
      storage::create_empty(*log, "drafts", names(100, random));
    }
    storage::flip_bit_in_the_middle(storage::largest_file(data_));
  }

  // What the commands say of it, to a folder or to a server.
  void check(const Words& where, const Words& environment = {}) {
    const auto ran_there = [&](Words words) {
      words.insert(words.begin(), where.begin(), where.end());
      return run(words, environment);
    };
    const Ran listed = ran_there({"ls"});
    EXPECT_EQ(listed.status, 1);
    const auto lines = std::ranges::count(listed.out, '\n');
    EXPECT_GT(lines, 200);
    EXPECT_LT(lines, 300);
    EXPECT_TRUE(listed.err.starts_with("cowrite: the list of documents is damaged between docs/"))
        << listed.err;
    EXPECT_TRUE(listed.err.ends_with("were not listed\n")) << listed.err;

    const std::string out = temp_ / ("out" + std::to_string(++exports_));
    const Ran exported = ran_there({"export", "--all-collections", "-o", out});
    EXPECT_EQ(exported.status, 1);
    EXPECT_EQ(files_in(out + "/docs"), lines);
    EXPECT_EQ(files_in(out + "/drafts"), 100);
    EXPECT_NE(exported.err.find("the list of documents is damaged"), std::string::npos);
    EXPECT_TRUE(exported.err.ends_with("documents were not exported\n")) << exported.err;

    const Ran verified = ran_there({"verify"});
    EXPECT_EQ(verified.status, 1);
    EXPECT_NE(verified.out.find("proven: " + std::to_string(lines + 100) + " of "),
              std::string::npos)
        << verified.out;
    EXPECT_EQ(verified.out.find("the list of documents is damaged"),
              verified.out.rfind("the list of documents is damaged"))
        << "named once";
    EXPECT_TRUE(verified.err.starts_with("cowrite: at least 1 of ")) << verified.err;
  }

  static std::ptrdiff_t files_in(const std::string& folder) {
    return std::distance(std::filesystem::directory_iterator(folder), {});
  }

  // So much that the names, and not the records, are the largest file.
  static std::vector<std::string> names(std::size_t count, std::mt19937_64& random) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::vector<std::string> names(count);
    for (std::string& name : names) {
      while (name.size() < 180) name += kLetters[random() % kLetters.size()];
    }
    return names;
  }

  int exports_ = 0;
};

TEST_F(DamagedListOfNames, EndsNoCommandInADataFolder) { check({"--data", data_}); }

TEST_F(DamagedListOfNames, EndsNoCommandAtAServer) {
  const auto log = storage::open_folder(data_);
  http::Api api(*log);
  http::OperatorApi operator_api(*log, "0f0f", {});
  HttpEndpoint endpoint([&](const http::Request& request, http::Respond respond) {
    if (request.path.starts_with("/api/operator/")) {
      operator_api.handle(request, std::move(respond));
    } else {
      api.handle(request, std::move(respond));
    }
  });
  check({"--server", endpoint.url()}, {"COWRITE_TOKEN=0f0f"});
}

}  // namespace
}  // namespace cowrite::cli
