// The commands on terminals and pipes, with environment variables, and on folders that are none.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/http/json.h"
#include "storage/errors.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/cowrite_process.h"
#include "tests/tools/served_folder.h"

namespace cowrite::cli {
namespace {

class CommandLine : public testing::Test {
 protected:
  static Words on_folder(Words arguments) {
    arguments.insert(arguments.begin(), {"--data", served_folder().path()});
    return arguments;
  }
};

// ---- Terminals and pipes

TEST_F(CommandLine, APersonGetsTitlesAndHumanNumbersAndColours) {
  const Ran ran = run_on_terminal(on_folder({"--collection", "fresh", "ls"}));
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out,
            "\x1b[2mVERSION\x1b[0m     \x1b[2mSIZE\x1b[0m  \x1b[2mCHANGED\x1b[0m      "
            "\x1b[2mNAME\x1b[0m\n"
            "      \x1b[33m1\x1b[0m      2 B  \x1b[36m2026-01-05\x1b[0m   old\n"
            "      \x1b[33m1\x1b[0m  2.0 KiB  \x1b[36m3 hours ago\x1b[0m  recent\n");
}

TEST_F(CommandLine, ColoursAreLeftOutWhereTheyAreNotWanted) {
  const std::string plain =
      "VERSION     SIZE  CHANGED      NAME\n"
      "      1      2 B  2026-01-05   old\n"
      "      1  2.0 KiB  3 hours ago  recent\n";
  const Words ls = on_folder({"--collection", "fresh", "ls"});
  EXPECT_EQ(run_on_terminal(ls, {"TERM=xterm", "NO_COLOR=1"}).out, plain);
  EXPECT_EQ(run_on_terminal(ls, {"TERM=dumb"}).out, plain);
  EXPECT_EQ(run_on_terminal(ls, {}).out, plain);
  EXPECT_EQ(run_on_terminal(on_folder({"--collection", "fresh", "ls", "--color=never"})).out,
            plain);
  EXPECT_NE(
      run_on_terminal(on_folder({"--collection", "fresh", "ls", "--color=always"}), {"NO_COLOR=1"})
          .out,
      plain);
  EXPECT_NE(run_on_terminal(ls, {"TERM=xterm", "NO_COLOR="}).out, plain);
}

TEST_F(CommandLine, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(run_on_terminal(on_folder({"--collection", "fresh", "log", "old"}), {}).out,
            "VERSION  TIME        AUTHOR         CHANGE\n"
            "      1  2026-01-05  Somebody Else  created +2 \"12\"\n");
}

TEST_F(CommandLine, InfoOnATerminalHasBothKindsOfNumbers) {
  const std::string out =
      run_on_terminal(on_folder({"--collection", "fresh", "info", "recent"}), {}).out;
  EXPECT_NE(out.find("size        2.0 KiB (2048 bytes)\n"), std::string::npos) << out;
  EXPECT_NE(out.find("changed     3 hours ago (20"), std::string::npos) << out;
}

TEST_F(CommandLine, NothingInADocumentReachesTheTerminalAsACommand) {
  for (const Words& arguments :
       {Words{"ls"}, Words{"info", "evil\x1b[31m\n"}, Words{"log", "evil\x1b[31m\n"},
        Words{"cat", "evil\x1b[31m\n"}, Words{"cat", "evil\x1b[31m\n", "--json"},
        Words{"log", "evil\x1b[31m\n", "--json"}, Words{"cat", "none\x1b[31m"}}) {
    const std::string out = run_on_terminal(on_folder(arguments), {"NO_COLOR=1", "TERM=xterm"}).out;
    EXPECT_NE(out, "");
    EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
    EXPECT_EQ(out.find('\a'), std::string::npos) << out;
  }
  EXPECT_EQ(run_on_terminal(on_folder({"cat", "evil\x1b[31m\n"})).out, "\\x1b[2Jboo\n\tok\n");
}

TEST_F(CommandLine, JsonOnATerminalIsHarmlessAndStillTheSame) {
  storage::DocumentWriter(served_folder().log(), {"json", "x"}).create("\u009B31m\x7f\u202E\n\x1b");
  const std::string shown =
      run_on_terminal(on_folder({"--collection", "json", "cat", "x", "--json"})).out;
  EXPECT_NE(shown.find(R"("text":"\u009b31m\u007f\u202e\n\u001b")"), std::string::npos) << shown;
  const std::string piped = run(on_folder({"--collection", "json", "cat", "x", "--json"})).out;
  EXPECT_EQ(nlohmann::json::parse(shown), nlohmann::json::parse(piped));
}

TEST_F(CommandLine, AnErrorOnATerminalIsRed) {
  EXPECT_EQ(run_on_terminal(on_folder({"cat", "none"})).out,
            "\x1b[1;31mcowrite:\x1b[0m docs/none: no such document\n"
            "\x1b[2mhint:\x1b[0m cowrite ls lists the documents that there are\n");
}

TEST_F(CommandLine, AReaderThatHasEnoughEndsItWithoutAWord) {
  const Ran ran = run_into_broken_pipe(on_folder({"log", "long", "--collection", "long"}));
  EXPECT_EQ(ran.status, -SIGPIPE);
  EXPECT_EQ(ran.err, "");
}

TEST_F(CommandLine, OutputThatCannotBeWrittenIsAFailure) {
  const Ran full = run_into("/dev/full", on_folder({"cat", "notes"}));
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(full.err, "cowrite: cannot write the output: No space left on device\n");
  const Ran closed = run_into(std::nullopt, on_folder({"cat", "notes"}));
  EXPECT_EQ(closed.status, 1);
  EXPECT_EQ(closed.err, "cowrite: cannot write the output: Bad file descriptor\n");
}

TEST_F(CommandLine, BlameOnATerminalHasAColourForEachAuthor) {
  const std::string out = run_on_terminal(on_folder({"blame", "notes", "--at", "2"})).out;
  EXPECT_NE(out.find("\x1b[34mAnn\x1b[0m     \x1b[34mhello\x1b[0m\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\x1b[32mBob\x1b[0m     \x1b[32m world\x1b[0m\n"), std::string::npos) << out;
}

TEST_F(CommandLine, DiffOnATerminalIsColouredAndHarmless) {
  const std::string out = run_on_terminal(on_folder({"diff", "evil\x1b[31m\n", "0"})).out;
  EXPECT_NE(out.find("\x1b[32m+\\x1b[2Jboo\\r\x1b[0m\n"), std::string::npos) << out;
}

// ---- Following a document

TEST_F(CommandLine, TailShowsRecordsWhenTheyAreCommitted) {
  storage::DocumentWriter writer(served_folder().log(), {"live", "x"});
  writer.by("Ann").at("2026-01-05T06:11:00Z").create("a").insert(1, "b");
  std::thread later([&writer] { writer.insert(2, "c").insert(3, "d"); });
  const Ran ran = run({"--server", served_folder().url(), "--collection", "live", "tail", "x", "-n",
                       "1", "--to", "4"});
  later.join();
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::string last = "       4  2026-01-05T06:11:00.000Z  Ann           +1 \"d\" at 3\n";
  EXPECT_TRUE(ran.out.ends_with(last)) << ran.out;
  const Words from = {
      "--server", served_folder().url(), "--collection", "live", "tail", "x", "--from", "2", "--to",
      "3"};
  EXPECT_EQ(run(from).out,
            "       2  2026-01-05T06:11:00.000Z  Ann           +1 \"b\" at 1\n"
            "       3  2026-01-05T06:11:00.000Z  Ann           +1 \"c\" at 2\n");
}

TEST_F(CommandLine, TailThatIsCutOffSaysWhereToGoOn) {
  const storage::Record record = {0, "source", 1, "Ann", 0, storage::Create{"a"}};
  const HttpEndpoint failing([&record](const http::Request& request, const http::Respond& respond) {
    if (request.path == "/api/documents/docs/x") {
      respond({200, http::document_json({{"docs", "x"}, 1, true, 1, 0, 0}), {}});
    } else if (request.query.starts_with("from=1&")) {
      respond({200, http::records_json({{record}, {}}), {}});
    } else {
      respond({500, http::error_json({storage::kErrDamaged, "docs/x: damaged"}), {}});
    }
  });
  const Ran ran = run({"--server", failing.url(), "tail", "x"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("created +1"), std::string::npos);
  EXPECT_EQ(ran.err, "cowrite: docs/x: damaged; to go on later: --from 2\n");
}

TEST_F(CommandLine, TailNeedsAServerAndADocumentAndOneBeginning) {
  const Ran folder = run(on_folder({"tail", "notes"}));
  EXPECT_EQ(folder.status, 1);
  EXPECT_EQ(folder.err,
            "cowrite: a data folder is read as it is now, only a server tells of what comes\n"
            "hint: --server URL names a running server; cowrite log shows what the folder holds\n");
  const auto fails = [](Words arguments) {
    arguments.insert(arguments.begin(), {"--server", served_folder().url(), "tail"});
    return run(arguments);
  };
  EXPECT_EQ(fails({"none"}).status, 1);
  EXPECT_EQ(fails({"notes", "--from", "5"}).err.substr(0, 46),
            "cowrite: docs/notes: there is no version 5, th");
  EXPECT_EQ(fails({"notes", "--from", "1", "-n", "2"}).status, 2);
  EXPECT_EQ(fails({"notes", "--from", "3", "--to", "2"}).status, 2);
}

// ---- Choosing the source

TEST_F(CommandLine, TheEnvironmentNamesTheSource) {
  EXPECT_EQ(run({"cat", "notes"}, {"COWRITE_DATA=" + served_folder().path()}).out,
            "So: hello you\n");
  EXPECT_EQ(run({"cat", "notes"}, {"COWRITE_SERVER=" + served_folder().url()}).out,
            "So: hello you\n");
}

TEST_F(CommandLine, AnOptionBeatsTheEnvironment) {
  EXPECT_EQ(run(on_folder({"cat", "notes"}), {std::string("COWRITE_SERVER=") + kNoServer}).out,
            "So: hello you\n");
  EXPECT_EQ(run({"--server", served_folder().url(), "cat", "notes"}, {"COWRITE_DATA=/nowhere"}).out,
            "So: hello you\n");
}

TEST_F(CommandLine, AServerAndAFolderAreTheServerAndItsToken) {
  EXPECT_EQ(run({"--data", "/nowhere", "--server", served_folder().url(), "cat", "notes"}).out,
            "So: hello you\n");
  const Ran ran = run(on_folder({"--server", served_folder().url(), "rm", "notes"}));
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "cowrite: cannot read an operator's token from " + served_folder().path() +
                         "/operator-token\nhint: --token-file FILE, COWRITE_TOKEN or --data DIR of "
                         "the running server name it\n");
}

TEST_F(CommandLine, TwoSourcesInTheEnvironmentAreOneTooMany) {
  const Ran ran = run({"ls"}, {"COWRITE_SERVER=http://a", "COWRITE_DATA=b"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.err,
            "cowrite: COWRITE_SERVER and COWRITE_DATA are both set\nhint: say which with --server "
            "or --data\n");
}

TEST_F(CommandLine, WhatIsNoUrlIsWrongUsage) {
  for (const char* url : {"localhost:8080", "ftp://a", "http://", ""}) {
    EXPECT_EQ(run({"--server", url, "ls"}).status, 2) << url;
  }
  EXPECT_EQ(run({"ls"}, {"COWRITE_SERVER=localhost"}).status, 2);
}

TEST_F(CommandLine, ASlashAfterTheUrlDoesNotMatter) {
  EXPECT_EQ(run({"--server", served_folder().url() + "/", "cat", "notes"}).out, "So: hello you\n");
}

TEST_F(CommandLine, TheDefaultIsTheServerOnThisMachine) {
  const Ran ran = run({"info", "no-such-document-anywhere"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find("cowrite: "), std::string::npos);
}

// ---- Folders that are none, and other mistakes

TEST_F(CommandLine, AFolderWithoutDataIsNamed) {
  const storage::TempFolder empty;
  for (const std::string& folder : {empty.path(), empty / "nowhere"}) {
    const Ran ran = run({"--data", folder, "ls"});
    EXPECT_EQ(ran.status, 1);
    EXPECT_NE(ran.err.find(folder), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("hint: --data takes the folder"), std::string::npos) << ran.err;
  }
}

TEST_F(CommandLine, AFolderWithoutANameIsWrongUsage) {
  const Ran ran = run({"--data", "", "ls"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.err, "cowrite: --data: the name of a folder is empty\nhint: cowrite ls --help\n");
  EXPECT_EQ(run({"--data", "", "restore", "--from", "x"}).status, 2);
  EXPECT_EQ(run(on_folder({"backup", ""})).status, 2);
  EXPECT_EQ(run({"--data", "x", "restore", "--from", ""}).status, 2);
}

TEST_F(CommandLine, AFolderIsNotFoundFromAWorkingFolderThatIsGone) {
  const std::filesystem::path here = std::filesystem::current_path();
  const storage::TempFolder temp;
  std::filesystem::create_directory(temp / "gone");
  std::filesystem::current_path(temp / "gone");
  std::filesystem::remove(temp / "gone");
  for (const Words& words :
       {Words{"--data", "./d", "ls"}, Words{"--data", "d", "restore", "--from", temp.path()},
        on_folder({"backup", "b"}), on_folder({"export", "-o", "out"})}) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.status, 2) << words.back();
    EXPECT_NE(ran.err.find("cannot be found from the working folder"), std::string::npos)
        << ran.err;
  }
  EXPECT_EQ(run({"ls"}, {"COWRITE_DATA=d"}).status, 2);
  EXPECT_EQ(run(on_folder({"cat", "notes"})).out, "So: hello you\n");
  std::filesystem::current_path(here);
}

TEST_F(CommandLine, MistakesAreSaidInOurWords) {
  const auto first_line = [](const Words& arguments) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 2);
    return ran.err.substr(0, ran.err.find('\n'));
  };
  EXPECT_EQ(first_line({"--color", "maybe", "ls"}),
            "cowrite: --color: \"maybe\" is none of auto, always and never");
  EXPECT_EQ(first_line({"ls", "--color=1"}),
            "cowrite: --color: \"1\" is none of auto, always and never");
  EXPECT_EQ(first_line({"ls", "--foo"}), "cowrite: there is no argument --foo");
  EXPECT_EQ(first_line({"cat", "notes", "--at"}), "cowrite: --at lacks its value");
  EXPECT_EQ(first_line({"cat", "notes", "--at", "1", "--at=2"}),
            "cowrite: --at is given more than once");
  EXPECT_EQ(first_line({"--server", kNoServer, "ls", "--server", kNoServer}),
            "cowrite: --server is given more than once");
}

// ---- Help

TEST_F(CommandLine, HelpAndVersionGoToStandardOutput) {
  for (const Words& arguments :
       {Words{"--help"}, Words{"-h"}, Words{"ls", "--help"}, Words{"info", "-h"},
        Words{"cat", "--help"}, Words{"log", "--help"}, Words{"--version"}}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.err, "");
    EXPECT_NE(ran.out, "");
  }
  EXPECT_EQ(run({"--version"}).out, "cowrite " COWRITE_VERSION "\n");
}

TEST_F(CommandLine, TheHelpOfEveryCommandHasExamplesAndTheFieldsOfItsJson) {
  for (const char* command : {"ls", "info", "cat", "log"}) {
    const std::string help = run({command, "--help"}).out;
    EXPECT_NE(help.find("Examples:"), std::string::npos) << command;
    EXPECT_NE(help.find("With --json: one object"), std::string::npos) << command;
    EXPECT_NE(run({"--help"}).out.find(std::string("\n  ") + command), std::string::npos)
        << command;
  }
}

TEST_F(CommandLine, WithoutArgumentsItExplainsItself) {
  const Ran ran = run({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, run({"--help"}).out);
}

}  // namespace
}  // namespace cowrite::cli
