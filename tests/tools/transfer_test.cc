// export and import, on a data folder that no server uses.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "storage/limits.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/operator_commands.h"

namespace cowrite::cli {
namespace {

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
  EXPECT_NE(complaint({"import", file("a", ""), "--as", std::string(300, 'x')}, 2)
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

}  // namespace
}  // namespace cowrite::cli
