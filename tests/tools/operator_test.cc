// The commands that change something, on a data folder that no server uses. How they fare on a
// running server is tested in tests/protocol/.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "storage/format/keys.h"
#include "storage/limits.h"
#include "storage/rocksdb_log.h"
#include "storage/store/heads.h"
#include "storage/store/history_id.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/cowrite_process.h"

namespace cowrite::cli {
namespace {

using nlohmann::json;

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
    storage::DocumentWriter(*log, {"other", "long"}).create("").type(700);
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

// ---- verify

TEST_F(OperatorCommands, VerifyProvesAllCollections) {
  EXPECT_EQ(output({"verify"}), "proven: 3 of 3 documents, 706 records, 0 checkpoints\n");
  EXPECT_EQ(output({"verify", "notes"}), "proven: 1 of 1 documents, 3 records, 0 checkpoints\n");
  EXPECT_EQ(json::parse(output({"verify", "notes", "--json"})), json({{"collection", "docs"},
                                                                      {"id", "notes"},
                                                                      {"proven", true},
                                                                      {"records", 3},
                                                                      {"checkpoints", 0},
                                                                      {"chain_values", 0}}));
  EXPECT_EQ(complaint({"verify", "nobody"}), "cowrite: docs/nobody: no such document");
}

TEST_F(OperatorCommands, VerifyNamesEveryDamagedDocumentAndItsVersion) {
  {
    const auto store = *storage::RocksDbStore::open(data_, storage::OpenMode::kReadWrite);
    storage::WriteBatch batch;
    for (const auto& [key, version] :
         {std::pair(storage::DocumentKey{"docs", "notes"}, 1U), {{"other", "long"}, 400U}}) {
      const auto head = storage::read_head(*store->view(), key);
      batch.put(storage::Table::kRecords, storage::version_key((*head)->number, version), "\x02?");
    }
    ASSERT_TRUE(store->write(batch, storage::Durability::kSynced));
  }
  const Ran result = ran({"verify"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.out.find("unproven  docs/notes: "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("unproven  other/long: "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("400"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("proven: 1 of 3 documents"), std::string::npos) << result.out;
  EXPECT_EQ(result.err, "cowrite: 2 of 3 documents could not be proved\n");
  const Ran lines = ran({"verify", "notes", "--json"});
  EXPECT_EQ(lines.status, 1);
  const json line = json::parse(lines.out);
  EXPECT_EQ(line["proven"], false);
  EXPECT_EQ(line["error"]["code"], "ERR_STORAGE_DAMAGED");
}

TEST_F(OperatorCommands, VerifyFindsWhatBelongsToNobody) {
  {
    const auto store = *storage::RocksDbStore::open(data_, storage::OpenMode::kReadWrite);
    storage::WriteBatch batch;
    batch.put(storage::Table::kRecords, storage::version_key(77, 0), "x");
    ASSERT_TRUE(store->write(batch, storage::Durability::kSynced));
  }
  EXPECT_NE(complaint({"verify"}).find("number 77"), std::string::npos);
}

TEST_F(OperatorCommands, VerifyDrawsABarOnATerminalAndWipesIt) {
  const std::string shown = run_on_terminal({"--data", data_, "verify"}).out;
  EXPECT_NE(shown.find("%"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\x1b[Kproven: 3 of 3"), std::string::npos) << shown;
}

// ---- backup and restore

TEST_F(OperatorCommands, ABackupIsReadInPlaceAndRestoredIntoAnEmptyFolderWithANewHistoryId) {
  const std::string backups = temp_ / "backups";
  EXPECT_TRUE(output({"backup", backups}).starts_with("backup 1: "));
  output({"rm", "notes"});
  const json second = json::parse(output({"backup", backups, "--json"}));
  EXPECT_EQ(second["number"], 2);
  EXPECT_GT(second["bytes"], 0);
  EXPECT_EQ(run({"--data", backups, "verify"}).status, 0);
  EXPECT_EQ(run({"--data", backups, "cat", "notes", "--at", "3"}).out, "two 😀\n");

  const std::string restored = temp_ / "restored";
  EXPECT_EQ(run({"--data", restored, "restore", "--from", backups}).out,
            "restored all documents\n");
  EXPECT_EQ(run({"--data", restored, "log", "notes", "--json"}).out,
            output({"log", "notes", "--json"}));
  const auto id = [](const std::string& folder) {
    return *storage::load_or_create_history_id(
        **storage::RocksDbStore::open(folder, storage::OpenMode::kReadWrite));
  };
  EXPECT_NE(id(restored), id(data_));
  EXPECT_EQ(complaint({"restore", "--from", backups}),
            "cowrite: folder " + data_ + " is not empty; restore into a new one");
  EXPECT_EQ(run({"--data", temp_ / "x", "restore", "--from", temp_ / "none"}).status, 1);
  EXPECT_EQ(run({"--server", "http://127.0.0.1:1", "restore", "--from", backups}).status, 1);
}

TEST_F(OperatorCommands, ABackupFolderMayBeNamedFromHere) {
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(temp_.path());
  EXPECT_EQ(run({"--data", "data", "backup", "backups"}).status, 0);
  EXPECT_EQ(run({"--data", "backups", "cat", "notes"}).out, "two 😀\n");
  std::filesystem::current_path(here);
}

TEST_F(OperatorCommands, ABackupIsNoDataFolder) {
  const std::string backups = temp_ / "backups";
  output({"backup", backups});
  const Ran refused = run({"--data", backups, "rm", "notes"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(run({"--data", backups, "cat", "notes"}).out, "two 😀\n");
  EXPECT_NE(complaint({"backup", temp_.path()}).find("other files"), std::string::npos);
}

TEST_F(OperatorCommands, RestoreBringsBackATextByVersionOrTime) {
  EXPECT_EQ(output({"restore", "notes", "--at", "2", "--author", "Eve"}),
            "docs/notes: restored as version 4\n");
  EXPECT_EQ(output({"cat", "notes"}), "one\ntwo 😀\n");
  const json last = json::parse(output({"log", "notes", "-n", "1", "--json"}));
  EXPECT_EQ(last["author"], "Eve");
  EXPECT_EQ(last["op"], json::parse(R"(["one\n"])"));
  EXPECT_EQ(output({"restore", "notes", "--at", "2"}),
            "docs/notes: has that text already, version 4\n");
  EXPECT_EQ(output({"restore", "notes", "--at", "2026-01-06", "--as", "copy"}),
            "docs/copy: restored as version 1\n");
  EXPECT_EQ(output({"cat", "copy"}), "two 😀\n");
  EXPECT_EQ(output({"restore", "gone", "--at", "1"}), "docs/gone: restored as version 3\n");
  EXPECT_EQ(complaint({"restore", "notes", "--at", "1", "--as", "copy"}),
            "cowrite: docs/copy: it exists already");
  output({"verify"});
}

TEST_F(OperatorCommands, RestoreSaysWhatItMisses) {
  complaint({"restore"}, 2);
  complaint({"restore", "notes"}, 2);
  complaint({"restore", "notes", "--from", "x"}, 2);
  complaint({"restore", "notes", "--at", "99"});
  complaint({"restore", "nobody", "--at", "1"});
}

// ---- rm

TEST_F(OperatorCommands, RmKeepsTheHistoryAndPurgeDoesNot) {
  EXPECT_EQ(output({"rm", "notes", "--author", "Eve"}), "docs/notes: deleted, version 4\n");
  EXPECT_EQ(output({"rm", "notes"}), "docs/notes: deleted before, version 4\n");
  EXPECT_EQ(output({"cat", "notes", "--at", "3"}), "two 😀\n");
  EXPECT_EQ(output({"rm", "notes", "--purge"}), "docs/notes: erased, version 4\n");
  EXPECT_EQ(complaint({"cat", "notes", "--at", "3"}),
            "cowrite: docs/notes: what was before version 4 has been erased for good");
  EXPECT_EQ(output({"log", "notes"}), "");
  for (const auto& entry : std::filesystem::directory_iterator(data_)) {
    EXPECT_EQ(bytes_of(entry.path()).find("two \xf0\x9f"), std::string::npos) << entry.path();
  }
  output({"verify"});
  EXPECT_EQ(output({"import", file("notes", "new")}), "       5  docs/notes\n");
  // What is there is read without asking for what is not.
  EXPECT_TRUE(output({"log", "notes"}).starts_with("       5  "));
  EXPECT_TRUE(output({"versions", "notes"}).starts_with("       5         5  "));
  EXPECT_NE(output({"blame", "notes", "--deleted"}).find("new"), std::string::npos);
  EXPECT_NE(output({"info", "notes"}).find("before version 4"), std::string::npos);
  EXPECT_EQ(json::parse(output({"info", "notes", "--json"}))["erased"], 4);
  output({"verify", "notes"});
  EXPECT_EQ(complaint({"rm", "nobody"}), "cowrite: docs/nobody: no such document");
}

TEST_F(OperatorCommands, AFolderWithoutDataIsNotMadeOne) {
  const std::string nowhere = temp_ / "nowhere";
  for (const Words& words : {Words{"rm", "x"}, Words{"import", file("x", "x")},
                             Words{"restore", "x", "--at", "1"}, Words{"backup", temp_ / "b"}}) {
    Words arguments = {"--data", nowhere};
    arguments.insert(arguments.end(), words.begin(), words.end());
    EXPECT_EQ(run(arguments).status, 1);
    EXPECT_FALSE(std::filesystem::exists(nowhere));
  }
}

TEST_F(OperatorCommands, AFolderInUseNamesTheWay) {
  const auto log = *storage::RocksDbLog::open(data_, storage::OpenMode::kReadWrite);
  const Ran refused = ran({"rm", "notes"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("in use"), std::string::npos);
  EXPECT_NE(refused.err.find("--server URL"), std::string::npos);
  EXPECT_EQ(ran({"verify"}).status, 0) << "reading goes beside a server";
}

// ---- export and import

TEST_F(OperatorCommands, TextsComeBackAsTheyWere) {
  const Words files = {
      file("lf.txt", "a\nb\n"),    file("crlf.txt", "a\r\nb\r\n"),
      file("mixed", "a\r\nb\n\r"), file("empty", ""),
      file("a%2Fb", "slash"),      file("large", std::string(3'000'000, 'x') + "😀")};
  Words import = {"import", "--author", "Ann"};
  import.insert(import.end(), files.begin(), files.end());
  output(import);
  EXPECT_EQ(output({"cat", "crlf.txt"}), "a\nb\n");
  EXPECT_EQ(output({"cat", "a/b"}), "slash");
  EXPECT_EQ(output({"verify", "large"}), "proven: 1 of 1 documents, 3 records, 0 checkpoints\n");
  const std::string out = temp_ / "out/deep";
  output({"export", "-o", out});
  for (const std::string& path : files) {
    const std::string name = std::filesystem::path(path).filename();
    EXPECT_EQ(bytes_of(out + "/" + name), bytes_of(path)) << name;
  }
  EXPECT_EQ(bytes_of(out + "/notes"), "two 😀\n");
  EXPECT_FALSE(std::filesystem::exists(out + "/gone"));
  EXPECT_NE(complaint({"export", "crlf.txt", "-o", out}).find("File exists"), std::string::npos);
  output({"export", "crlf.txt", "-o", out, "--force", "--lf"});
  EXPECT_EQ(bytes_of(out + "/crlf.txt"), "a\nb\n");
  complaint({"export"}, 2);
  complaint({"export", "gone", "-o", out});
}

TEST_F(OperatorCommands, ImportLeavesAloneWhatExistsAndWhatIsNoText) {
  EXPECT_EQ(complaint({"import", file("notes", "other")}),
            "cowrite: docs/notes: it exists already, with another history");
  EXPECT_NE(complaint({"import", file("ok", "x"), file("bad", "\xff")}).find("not a text in UTF-8"),
            std::string::npos);
  complaint({"info", "ok"});
  complaint({"import", file("large", std::string(storage::kDocumentBytesMax + 1, 'x'))});
  complaint({"import", file("a", ""), file("b", ""), "--as", "c"}, 2);
  complaint({"import", file("a", ""), "--as", std::string(300, 'x')});
  complaint({"import", temp_ / "none"});
  EXPECT_EQ(output({"cat", "notes"}), "two 😀\n");
}

TEST_F(OperatorCommands, AHistoryBecomesTheIdenticalDocument) {
  const std::string out = temp_ / "out";
  output({"export", "notes", "gone", "--history", "-o", out});
  output({"--collection", "other", "export", "long", "--history", "-o", out});
  const std::string other = temp_ / "other";
  { const auto made = storage::open_folder(other); }
  EXPECT_EQ(run({"--data", other, "import", out + "/notes.jsonl", out + "/gone.jsonl",
                 out + "/long.jsonl"})
                .out,
            "       3  docs/notes\n       2  docs/gone\n     701  other/long\n");
  for (const Words& words :
       {Words{"log", "notes", "--json"}, Words{"info", "notes", "--json"},
        Words{"log", "gone", "--json"}, Words{"--collection", "other", "log", "long", "--json"}}) {
    Words there = {"--data", other};
    there.insert(there.end(), words.begin(), words.end());
    EXPECT_EQ(run(there).out, output(words));
  }
  EXPECT_EQ(run({"--data", other, "verify"}).status, 0);
  EXPECT_EQ(run({"--data", other, "import", out + "/notes.jsonl"}).status, 1);
  EXPECT_EQ(run({"--data", other, "import", "--text", out + "/notes.jsonl"}).out,
            "       1  docs/notes.jsonl\n");
}

TEST_F(OperatorCommands, AnInterruptedImportGoesOnWhereItEnded) {
  const std::string out = temp_ / "out";
  output({"--collection", "other", "export", "long", "--history", "-o", out});
  std::string lines = bytes_of(out + "/long.jsonl");
  std::size_t end = 0;
  for (int line = 0; line < 301; ++line) end = lines.find('\n', end) + 1;
  std::string beginning = lines.substr(0, end);
  beginning.replace(beginning.find("\"records\":701"), 13, "\"records\":300");
  const std::string other = temp_ / "other";
  { const auto made = storage::open_folder(other); }
  EXPECT_EQ(run({"--data", other, "import", file("part.jsonl", beginning)}).out,
            "     300  other/long\n");
  EXPECT_EQ(run({"--data", other, "import", out + "/long.jsonl"}).out, "     701  other/long\n");
  EXPECT_EQ(run({"--data", other, "--collection", "other", "log", "long", "--json"}).out,
            output({"--collection", "other", "log", "long", "--json"}));
  // The other way round it is another history.
  EXPECT_EQ(run({"--data", other, "import", temp_ / "part.jsonl"}).status, 1);
  EXPECT_EQ(run({"--data", other, "verify"}).status, 0);
}

TEST_F(OperatorCommands, AHostileHistoryIsRefusedWithItsLine) {
  const std::string out = temp_ / "out";
  output({"export", "notes", "--history", "-o", out});
  const std::string good = bytes_of(out + "/notes.jsonl");
  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    const std::string path = file("bad.jsonl", bad);
    const std::string said = complaint({"import", path, "--as", "bad"});
    EXPECT_TRUE(said.starts_with("cowrite: " + path + ": line ")) << said;
    return said.substr(said.find("line "));
  };
  EXPECT_EQ(refusal("cowrite-history", "other-history").substr(0, 8), "line 1: ");
  EXPECT_EQ(refusal("\"format_version\":1", "\"format_version\":2"),
            "line 1: its format is 2, and this program knows 1");
  EXPECT_EQ(refusal("\"records\":3", "\"records\":\"3\"").substr(0, 8), "line 1: ");
  EXPECT_EQ(refusal("\"records\":3", "\"records\":4"),
            "line 4: the file ends after 3 records, of 4 that its header promises");
  EXPECT_EQ(refusal("\"version\":2", "\"version\":3"), "line 3: it makes version 3 where 2 is due");
  EXPECT_EQ(refusal("\"op\":[4,", "\"op\":[44,").substr(0, 8), "line 3: ");
  EXPECT_EQ(refusal("{\"version\":3", "[\"version\":3"), "line 4: it is not JSON in UTF-8");
  complaint({"import", file("empty.jsonl", "")});
  complaint({"import", file("deep.jsonl", std::string(1'000'000, '['))});
  complaint({"info", "bad"});
}

TEST_F(OperatorCommands, AnErasedHistoryIsNotExportedAsIfItWereWhole) {
  output({"rm", "notes", "--purge"});
  EXPECT_EQ(complaint({"export", "notes", "--history", "-o", temp_ / "out"}),
            "cowrite: docs/notes: its history before version 4 was erased");
  output({"export", "--history", "-o", temp_ / "out"});
}

// ---- stat

TEST_F(OperatorCommands, StatTellsOfADocumentAndOfTheStore) {
  const json one = json::parse(output({"stat", "notes", "--json"}));
  EXPECT_EQ(one["version"], 3);
  EXPECT_EQ(one["bytes"], 9);
  EXPECT_TRUE(one["disk"].contains("checkpoints"));
  const std::string lines = output({"stat", "notes"});
  EXPECT_NE(lines.find("per record"), std::string::npos) << lines;
  EXPECT_GT(json::parse(output({"stat", "--json"}))["free"], 0);
  EXPECT_NE(output({"stat"}).find("disk reserve"), std::string::npos);
  EXPECT_EQ(complaint({"stat", "nobody"}), "cowrite: docs/nobody: no such document");
}

}  // namespace
}  // namespace cowrite::cli
