// verify, backup, restore, rm and stat, on a data folder that no server uses. How they fare on a
// running server is tested in tests/protocol/.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "storage/format/keys.h"
#include "storage/rocksdb_log.h"
#include "storage/store/history_id.h"
#include "tests/storage/damage.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/operator_commands.h"

namespace cowrite::cli {
namespace {

using nlohmann::json;

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
  damage({"docs", "notes"}, 1);
  damage({"other", "long"}, 400);
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
  EXPECT_EQ(run({"--data", temp_ / "x", "restore", "--from", temp_ / "none"}).err,
            "cowrite: folder " + (temp_ / "none") +
                " holds no backup\nhint: --from takes a folder that was given to cowrite backup\n");
  EXPECT_EQ(run({"--server", "http://127.0.0.1:1", "restore", "--from", backups}).status, 1);
}

TEST_F(OperatorCommands, AFolderOfAnOlderFormatIsBackedUpAsItIsAndUpgradedByWhatWrites) {
  const std::string upgraded =
      "cowrite: the folder's format was upgraded from 1 to 2: earlier releases cannot open it any "
      "more; a backup is the way back\n";
  const std::string old = temp_ / "old";
  const std::string backups = temp_ / "backups";
  std::filesystem::copy(COWRITE_STORAGE_TEST_DATA "/format-1", old);
  for (const Words& command : {Words{"backup", backups}, {"verify"}, {"log", "prose"}}) {
    Words arguments{"--data", old};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const Ran result = run(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
  }
  EXPECT_EQ(run({"--data", old, "rm", "prose"}).err, upgraded);
  EXPECT_EQ(run({"--data", old, "restore", "prose", "--at", "2"}).err, "");
  EXPECT_EQ(run({"--data", backups, "verify"}).status, 0);
  EXPECT_EQ(run({"--data", temp_ / "new", "restore", "--from", backups}).err, upgraded);
  EXPECT_EQ(run({"--data", temp_ / "new", "verify"}).status, 0);
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

TEST_F(OperatorCommands, ABackupDoesNotGoIntoTheDataFolder) {
  EXPECT_NE(complaint({"backup", data_ + "/backups"}).find("lies in the data folder"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(data_ + "/backups"));
  complaint({"backup", ""}, 2);
}

TEST_F(OperatorCommands, OfADamagedBackupTheRestIsRestoredWhenAsked) {
  data_ = temp_ / "random";
  {
    std::mt19937_64 random(5);
    const auto log = storage::open_folder(data_);
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
      storage::DocumentWriter(*log, {"docs", id}).create(storage::random_text(random, 60'000));
    }
  }
  const std::string backups = temp_ / "backups";
  output({"backup", backups});
  storage::flip_bit_in_the_middle(storage::largest_file(backups));
  const std::string restored = temp_ / "restored";
  const Ran refused = run({"--data", restored, "restore", "--from", backups});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find(".sst"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(restored));
  const Ran partly = run({"--data", restored, "restore", "--from", backups, "--skip-damaged"});
  EXPECT_EQ(partly.status, 1);
  EXPECT_TRUE(partly.err.starts_with("cowrite: docs/")) << partly.err;
  EXPECT_NE(partly.err.find("restored all documents but "), std::string::npos) << partly.err;
  EXPECT_TRUE(run({"--data", restored, "verify"}).out.starts_with("proven: "));
  EXPECT_EQ(run({"--data", restored, "cat", "a"}).out, output({"cat", "a"}));
  const json left_out = json::parse(
      run({"--data", temp_ / "again", "restore", "--from", backups, "--skip-damaged", "--json"})
          .out);
  EXPECT_EQ(left_out["collection"], "docs");
  EXPECT_EQ(run({"--data", restored, "cat", left_out["id"]}).status, 1);
  complaint({"restore", "notes", "--at", "1", "--skip-damaged"}, 2);
}

TEST_F(OperatorCommands, RestoreKeepsTheAuthorsOfWhatStays) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "line " + std::to_string(i) + "\n";
  {
    const auto log = storage::open_folder(data_);
    storage::DocumentWriter(*log, {"docs", "poem"})
        .by("Ann")
        .create(lines)
        .by("Bob")
        .insert(0, "a line before\n")
        .by("Eve")
        .insert(14 + lines.size(), "a line behind\n");
  }
  output({"restore", "poem", "--at", "1"});
  EXPECT_EQ(output({"cat", "poem"}), lines);
  EXPECT_EQ(output({"blame", "poem"}).find("operator"), std::string::npos);
  EXPECT_EQ(json::parse(output({"log", "poem", "-n", "1", "--json"}))["op"],
            json::parse("[{\"d\":14}," + std::to_string(lines.size()) + ",{\"d\":14}]"));
}

TEST_F(OperatorCommands, OfSeveralDocumentsEachIsRestoredOrNamed) {
  const Ran result = partly({"restore", "notes", "nobody", "gone", "--at", "1"});
  EXPECT_EQ(result.out, "docs/notes: restored as version 4\ndocs/gone: restored as version 3\n");
  EXPECT_EQ(
      result.err,
      "cowrite: docs/nobody: no such document\ncowrite: 1 of 3 documents were not restored\n");
  complaint({"restore", "notes", "gone", "--at", "1", "--as", "x"}, 2);
}

TEST_F(OperatorCommands, NoDocumentIsMadeThatThePageCannotServe) {
  complaint({"restore", "notes", "--at", "1", "--as", "a/b"}, 2);
  complaint({"restore", "notes", "--at", "1", "--as", ".."}, 2);
  EXPECT_EQ(
      complaint({"import", file("a%2Fb.txt", "text")}),
      "cowrite: " + (temp_ / "a%2Fb.txt") +
          ": \"a/b.txt\" cannot be a document's name, which may not contain \"/\"; --as gives "
          "it another");
  EXPECT_EQ(output({"import", temp_ / "a%2Fb.txt", "--as", "a-b"}), "       1  docs/a-b\n");
  EXPECT_EQ(output({"--collection", "drafts", "import", temp_ / "a%2Fb.txt"}),
            "       1  drafts/a/b.txt\n");
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
  EXPECT_EQ(complaint({"cat", "notes"}),
            "cowrite: docs/notes: was deleted, and what was before version 4 has been erased for "
            "good");
  EXPECT_EQ(ran({"cat", "notes"}).err.find("--at"), std::string::npos);
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

TEST_F(OperatorCommands, OfSeveralDocumentsEachIsDeletedOrNamed) {
  const Ran result = partly({"rm", "notes", "nobody", "gone"});
  EXPECT_EQ(result.out, "docs/notes: deleted, version 4\ndocs/gone: deleted before, version 2\n");
  EXPECT_EQ(result.err,
            "cowrite: docs/nobody: no such document\ncowrite: 1 of 3 documents were not deleted\n");
  const Ran lines = partly({"rm", "--purge", "notes", "nobody", "--json"});
  EXPECT_NE(lines.out.find(R"({"collection":"docs","id":"notes","version":4,"changed":true})"),
            std::string::npos)
      << lines.out;
  EXPECT_NE(lines.out.find(R"("id":"nobody","error":{"code":"ERR_DOCUMENT_UNKNOWN")"),
            std::string::npos)
      << lines.out;
  complaint({"rm", "notes", "--author", ""}, 2);
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

TEST_F(OperatorCommands, AFolderThatCannotBeOpenedIsComplainedOfOnce) {
  for (const auto& entry : std::filesystem::directory_iterator(data_)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("MANIFEST-")) std::filesystem::remove(entry.path());
  }
  for (const Words& words :
       {Words{"rm", "notes", "gone"}, Words{"restore", "notes", "gone", "--at", "1"}}) {
    const Ran result = partly(words);
    EXPECT_EQ(result.err.find("cowrite:"), result.err.rfind("cowrite:")) << result.err;
    EXPECT_EQ(result.err.find(" of 2 "), std::string::npos) << result.err;
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
