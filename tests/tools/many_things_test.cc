// Commands over many documents or files: what can be done is done, and the rest is named.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "storage/limits.h"
#include "storage/rocksdb_log.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/operator_commands.h"

namespace cowrite::cli {
namespace {

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

}  // namespace
}  // namespace cowrite::cli
