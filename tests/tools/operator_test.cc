// The commands that change something, on a data folder that no server uses. How they fare on a
// running server is tested in tests/protocol/.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
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

  std::string random_text(std::size_t bytes) {
    std::string text(bytes, ' ');
    for (char& c : text) c = static_cast<char>('!' + random_() % 90);
    return text;
  }
  static void flip_middle_of_largest_file(const std::string& folder) {
    std::filesystem::path path;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      if (path.empty() || entry.file_size() > std::filesystem::file_size(path)) path = entry.path();
    }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
    file.seekg(middle);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(middle);
    file.put(byte);
  }

  std::mt19937 random_{5};
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
    const auto log = storage::open_folder(data_);
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
      storage::DocumentWriter(*log, {"docs", id}).create(random_text(60'000));
    }
  }
  const std::string backups = temp_ / "backups";
  output({"backup", backups});
  flip_middle_of_largest_file(backups);
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

// ---- export and import

TEST_F(OperatorCommands, TextsComeBackAsTheyWere) {
  const Words files = {
      file("lf.txt", "a\nb\n"),    file("crlf.txt", "a\r\nb\r\n"),
      file("mixed", "a\r\nb\n\r"), file("empty", ""),
      file("a%3Fb", "query"),      file("large", std::string(3'000'000, 'x') + "😀")};
  Words import = {"import", "--author", "Ann"};
  import.insert(import.end(), files.begin(), files.end());
  output(import);
  EXPECT_EQ(output({"cat", "crlf.txt"}), "a\nb\n");
  EXPECT_EQ(output({"cat", "a?b"}), "query");
  EXPECT_EQ(output({"verify", "large"}), "proven: 1 of 1 documents, 3 records, 0 checkpoints\n");
  const std::string out = temp_ / "out/deep";
  output({"export", "-o", out});
  for (const std::string& path : files) {
    const std::string name = std::filesystem::path(path).filename();
    EXPECT_EQ(bytes_of(out + "/" + name), bytes_of(path)) << name;
  }
  EXPECT_EQ(bytes_of(out + "/notes"), "two 😀\n");
  EXPECT_FALSE(std::filesystem::exists(out + "/gone"));
  EXPECT_NE(complaint({"export", "crlf.txt", "-o", out, "--lf"}).find("File exists"),
            std::string::npos);
  output({"export", "crlf.txt", "-o", out, "--force", "--lf"});
  EXPECT_EQ(bytes_of(out + "/crlf.txt"), "a\nb\n");
  complaint({"export"}, 2);
  complaint({"export", "gone", "-o", out});
}

TEST_F(OperatorCommands, ImportLeavesAloneWhatExistsAndWhatIsNoText) {
  EXPECT_EQ(complaint({"import", file("notes", "other")}),
            "cowrite: docs/notes: it exists already, with another text");
  EXPECT_NE(complaint({"import", file("ok", "x"), file("bad", "\xff")}).find("not a text in UTF-8"),
            std::string::npos);
  EXPECT_EQ(output({"cat", "ok"}), "x");
  complaint({"import", file("large", std::string(storage::kDocumentBytesMax + 1, 'x'))});
  complaint({"import", file("a", ""), file("b", ""), "--as", "c"}, 2);
  EXPECT_NE(complaint({"import", file("a", ""), "--as", std::string(300, 'x')})
                .find("may have at most 256 bytes"),
            std::string::npos);
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
  EXPECT_EQ(run({"--data", other, "import", out + "/notes.jsonl"}).out,
            "       3  docs/notes  (unchanged)\n");
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
  const std::string header = good.substr(0, good.find('\n') + 1);
  std::string none = header;
  none.replace(none.find("\"records\":3"), 11, "\"records\":0");
  EXPECT_EQ(complaint({"import", file("none.jsonl", none), "--as", "bad"}),
            "cowrite: " + (temp_ / "none.jsonl") + ": it has no records");
  complaint({"import", file("deep.jsonl", std::string(1'000'000, '['))});
  complaint({"info", "bad"});
}

TEST_F(OperatorCommands, AnErasedHistoryIsNotExportedAsIfItWereWhole) {
  output({"rm", "notes", "--purge"});
  EXPECT_EQ(complaint({"export", "notes", "--history", "-o", temp_ / "out"}),
            "cowrite: docs/notes: its history before version 4 was erased");
  output({"export", "--history", "-o", temp_ / "out"});
}

// ---- Of many things, what can be done is done

TEST_F(OperatorCommands, ExportGoesOnAfterADamagedDocument) {
  damage({"docs", "notes"}, 1);
  output({"import", file("a", "1"), file("z", "2")});
  for (const bool history : {false, true}) {
    const std::string out = temp_ / (history ? "histories" : "texts");
    Words words = {"export", "--all-collections", "-o", out};
    if (history) words.emplace_back("--history");
    const Ran result = partly(words);
    EXPECT_TRUE(result.err.starts_with("cowrite: docs/notes: ")) << result.err;
    EXPECT_TRUE(result.err.ends_with(history ? "cowrite: 1 of 5 documents were not exported\n"
                                             : "cowrite: 1 of 4 documents were not exported\n"))
        << result.err;
    const std::string ending = history ? ".jsonl" : "";
    for (const char* name : {"docs/a", "docs/z", "other/long"}) {
      EXPECT_TRUE(std::filesystem::exists(out + "/" + name + ending)) << name;
    }
    EXPECT_FALSE(std::filesystem::exists(out + "/docs/notes" + ending));
    EXPECT_FALSE(std::filesystem::exists(out + "/docs/.notes" + ending + ".cowrite-part"));
  }
}

TEST_F(OperatorCommands, ExportNamesWhatIsInTheWayAndWritesTheRest) {
  output({"import", file("a", "1"), file("b", "2"), file("z", "3")});
  const std::string out = temp_ / "out";
  std::filesystem::create_directories(out + "/b");
  file("out/z", "another");
  const Ran result = partly({"export", "nobody", "a", "b", "notes", "z", "-o", out});
  EXPECT_EQ(result.out, "       1  " + out + "/a\n       9  " + out + "/notes\n");
  EXPECT_EQ(result.err, "cowrite: docs/nobody: no such document\ncowrite: docs/b: cannot write " +
                            out + "/b: File exists\ncowrite: docs/z: cannot write " + out +
                            "/z: File exists\ncowrite: 3 of 5 documents were not exported\n");
  EXPECT_EQ(bytes_of(out + "/z"), "another");
}

TEST_F(OperatorCommands, AnExportThatIsRepeatedWritesWhatIsMissing) {
  const std::string out = temp_ / "out";
  output({"import", file("a", "1")});
  output({"export", "notes", "-o", out});
  EXPECT_EQ(output({"export", "-o", out}),
            "       1  " + out + "/a\n       9  " + out + "/notes  (unchanged)\n");
  EXPECT_NE(output({"export", "a", "-o", out, "--json"}).find("\"bytes\":1,\"changed\":false}"),
            std::string::npos);
  complaint({"export", "-o", ""}, 2);
  complaint({"export", "--force", "-o", data_}, 2);
  complaint({"export", "-o", data_ + "/texts"}, 2);
}

TEST_F(OperatorCommands, AnExportOfATimeHasWhatWasThereThen) {
  {
    const auto log = storage::open_folder(data_);
    storage::DocumentWriter(*log, {"docs", "later"}).at("2026-02-01T00:00:00Z").create("x");
    storage::DocumentWriter(*log, {"docs", "past"})
        .at("2026-01-01T00:00:00Z")
        .create("y")
        .at("2026-02-01T00:00:00Z")
        .remove();
  }
  const std::string out = temp_ / "out";
  EXPECT_EQ(output({"export", "--at", "2026-01-15", "-o", out}),
            "       9  " + out + "/notes\n       1  " + out + "/past\n");
  complaint({"export", "later", "--at", "2026-01-15", "-o", out});
}

TEST_F(OperatorCommands, ImportGoesOnAfterWhatIsNoTextOrInTheWay) {
  ASSERT_EQ(mkfifo((temp_ / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(temp_ / "folder");
  std::filesystem::create_symlink("loop", temp_ / "loop");
  const Ran result =
      partly({"import", file("a", "1"), file("bad", "\xff"), temp_ / "pipe", temp_ / "folder",
              temp_ / "loop", temp_ / "none", file("notes", "other"), file("empty", ""),
              temp_ / "a", file("folder/a", "another")});
  EXPECT_EQ(result.out, "       1  docs/a\n       1  docs/empty\n       1  docs/a  (unchanged)\n");
  const auto says = [&](const std::string& words) {
    EXPECT_NE(result.err.find(words), std::string::npos) << words << "\n" << result.err;
  };
  says("bad: it is not a text in UTF-8\n");
  says("pipe: it is a named pipe");
  says("folder: Is a directory\n");
  says("loop: Too many levels of symbolic links\n");
  says("none: No such file or directory\n");
  says("docs/notes: it exists already, with another text\n");
  says("docs/a: it exists already, with another text\n");
  says("cowrite: 7 of 10 files were not imported\n");
  EXPECT_EQ(output({"cat", "a"}), "1");
}

TEST_F(OperatorCommands, AnImportThatIsRepeatedAddsWhatIsMissing) {
  const std::string out = temp_ / "out";
  output({"export", "--all-collections", "--history", "-o", out});
  const std::string other = temp_ / "other";
  { const auto made = storage::open_folder(other); }
  const auto import = [&](const Words& files) {
    Words words = {"--data", other, "import"};
    words.insert(words.end(), files.begin(), files.end());
    return run(words);
  };
  EXPECT_EQ(import({out + "/docs/gone.jsonl"}).status, 0);
  const Words all = {out + "/docs/gone.jsonl", out + "/docs/notes.jsonl",
                     out + "/other/long.jsonl"};
  const Ran first = import(all);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.out,
            "       2  docs/gone  (unchanged)\n       3  docs/notes\n     701  other/long\n");
  EXPECT_EQ(import(all).status, 0);
  EXPECT_EQ(run({"--data", other, "rm", "notes"}).status, 0);
  const Ran beyond = import(all);
  EXPECT_EQ(beyond.status, 1);
  EXPECT_EQ(beyond.err, "cowrite: " + out +
                            "/docs/notes.jsonl: docs/notes: it exists already, and its history "
                            "goes on where that of the file "
                            "ends, at version 3\ncowrite: 1 of 3 files were not imported\n");
}

TEST_F(OperatorCommands, APipeIsReadOnceAndAHistoryNeedsAFile) {
  EXPECT_EQ(run_with_input("piped\n", {"--data", data_, "import", "/dev/stdin", "--as", "p"}).out,
            "       1  docs/p\n");
  EXPECT_EQ(output({"cat", "p"}), "piped\n");
  ASSERT_EQ(mkfifo((temp_ / "pipe.jsonl").c_str(), 0600), 0);
  EXPECT_EQ(
      complaint({"import", temp_ / "pipe.jsonl"}),
      "cowrite: " + (temp_ / "pipe.jsonl") + ": a history is read twice, so it must be a file");
}

TEST_F(OperatorCommands, ATextThatIsTooLargeIsRefusedBeforeAnyOfItIsWritten) {
  std::string text(storage::kDocumentBytesMax, 'x');
  text.back() = '\n';
  EXPECT_EQ(
      complaint({"import", file("big", text + "x")}),
      "cowrite: " + (temp_ / "big") + ": it has 16777217 bytes, and a document at most 16777216");
  complaint({"info", "big"});
  output({"import", file("fits", text)});
  std::string crlf = text;
  crlf.insert(crlf.size() - 1, "\r");
  output({"import", file("fits-with-crlf", crlf)});
  complaint({"import", file("author", "x"), "--author", std::string(300, 'x')}, 2);
}

TEST_F(OperatorCommands, ALargeTextWhoseImportWasInterruptedIsFinished) {
  const std::string text = std::string(3'000'000, 'x') + "😀";
  const std::string path = file("large", text);
  output({"import", path});
  output({"export", "large", "--history", "-o", temp_ / "out"});
  std::string lines = bytes_of(temp_ / "out/large.jsonl");
  lines.resize(lines.rfind('\n', lines.size() - 2) + 1);
  lines.replace(lines.find("\"records\":3"), 11, "\"records\":2");
  data_ = temp_ / "other";
  { const auto made = storage::open_folder(data_); }
  output({"import", file("part.jsonl", lines)});
  EXPECT_EQ(output({"import", path}), "       3  docs/large\n");
  EXPECT_EQ(output({"cat", "large"}), text);
  EXPECT_EQ(output({"import", path}), "       3  docs/large  (unchanged)\n");
  output({"verify"});
}

TEST_F(OperatorCommands, VerifyGoesOnAfterANameThatStandsForNothing) {
  const Ran result = partly({"verify", "nobody", "notes"});
  EXPECT_EQ(result.out,
            "unproven  docs/nobody: no such document\n"
            "proven: 1 of 2 documents, 3 records, 0 checkpoints\n");
}

TEST_F(OperatorCommands, WorkIsFinishedThoughNobodyReadsOfIt) {
  const Ran ran = run_into_broken_pipe({"--data", data_, "import", file("a", "1"), file("b", "2")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "cowrite: cannot write the output: Broken pipe\n");
  EXPECT_EQ(output({"cat", "b"}), "2");
}

TEST_F(OperatorCommands, LongWorkShowsHowFarItIs) {
  for (const Words& words :
       {Words{"export", "--history", "-o", temp_ / "out"}, Words{"import", file("a", "1")},
        Words{"rm", "notes", "gone"}, Words{"restore", "notes", "gone", "--at", "1"}}) {
    Words arguments = {"--data", data_};
    arguments.insert(arguments.end(), words.begin(), words.end());
    EXPECT_NE(run_on_terminal(arguments).out.find("%"), std::string::npos) << words.front();
  }
}

TEST_F(OperatorCommands, TheBarFitsIntoTheTerminal) {
  for (const unsigned short columns : std::to_array<unsigned short>({1, 4, 9, 20, 60})) {
    const std::string out =
        run_on_terminal({"--data", data_, "verify", "--color=never"}, {"TERM=xterm"}, columns).out;
    const std::string bar = out.substr(0, out.find("proven"));
    for (std::size_t at = bar.find("\x1b[K"); at != bar.npos;) {
      const std::size_t end = bar.find("\x1b[K", at + 1);
      const std::size_t length = std::min(end, bar.size()) - at - 3;
      EXPECT_LE(length, columns) << out;
      at = end;
    }
  }
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
