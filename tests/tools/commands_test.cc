// The commands as somebody types them, each on the data folder of a running server and on the
// server itself: both must print the same to the byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "server/history/limits.h"
#include "tests/storage/document_writer.h"
#include "tests/tools/cowrite_process.h"
#include "tests/tools/served_folder.h"

namespace cowrite::cli {
namespace {

using nlohmann::json;

Words lines(const std::string& text) {
  std::istringstream stream(text);
  Words result;
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

enum class From { kFolder, kServer };

class Commands : public testing::TestWithParam<From> {
 protected:
  static Ran ran(Words arguments) {
    const Words source = GetParam() == From::kFolder ? Words{"--data", served_folder().path()}
                                                     : Words{"--server", served_folder().url()};
    arguments.insert(arguments.begin(), source.begin(), source.end());
    return run(arguments);
  }

  // The output of a command that must succeed without a word on standard error.
  static std::string output(const Words& arguments) {
    const Ran result = ran(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }

  // The complaint of a command that must fail with this status and print nothing else.
  static std::string complaint(int status, const Words& arguments) {
    const Ran result = ran(arguments);
    EXPECT_EQ(result.status, status);
    EXPECT_EQ(result.out, "");
    return result.err;
  }

  static std::vector<json> json_lines(const Words& arguments) {
    std::vector<json> result;
    for (const std::string& line : lines(output(arguments))) result.push_back(json::parse(line));
    return result;
  }
};

INSTANTIATE_TEST_SUITE_P(, Commands, testing::Values(From::kFolder, From::kServer),
                         [](const auto& from) {
                           return from.param == From::kFolder ? "Folder" : "Server";
                         });

TEST_P(Commands, LsPrintsADocumentALine) {
  EXPECT_EQ(output({"ls"}),
            "       1         4  2026-01-05T06:11:00.000Z  -x\n"
            "       1         4  2026-01-05T06:11:00.000Z  ..\n"
            "       1         5  2026-01-05T06:11:00.000Z  a/b\n"
            "       1         0  2026-01-05T06:11:00.000Z  empty\n"
            "       1        13  2026-01-05T06:11:00.000Z  evil\\x1b[31m\\n\n"
            "       1        20  2026-01-05T06:11:00.000Z  ls\n"
            "       3        14  2026-01-06T00:00:00.000Z  notes\n"
            "       1        12  2026-01-05T06:11:00.000Z  日本\n");
}

TEST_P(Commands, LsTakesAPrefix) {
  EXPECT_EQ(output({"ls", "no"}), "       3        14  2026-01-06T00:00:00.000Z  notes\n");
  EXPECT_EQ(output({"ls", "notes"}), "       3        14  2026-01-06T00:00:00.000Z  notes\n");
  EXPECT_EQ(output({"ls", "notesx"}), "");
}

TEST_P(Commands, LsShowsDeletedDocumentsWhenAsked) {
  EXPECT_EQ(output({"ls", "gone"}), "");
  EXPECT_EQ(output({"ls", "--all", "gone"}),
            "       2   deleted  2026-01-05T06:12:00.000Z  gone\n");
  EXPECT_EQ(output({"ls", "-a", "gone"}), output({"ls", "--all", "gone"}));
}

TEST_P(Commands, LsAsJsonIsOneObjectALine) {
  const std::vector<json> documents = json_lines({"ls", "--json"});
  ASSERT_EQ(documents.size(), 8U);
  EXPECT_EQ(documents[4]["id"], "evil\x1b[31m\n");
  EXPECT_EQ(documents[6],
            json::parse(R"({"collection":"docs","id":"notes","version":3,"exists":true,"bytes":14,
      "created":"2026-01-05T06:11:00.000Z","changed":"2026-01-06T00:00:00.000Z"})"));
}

TEST_P(Commands, LsOfACollectionWithoutDocumentsPrintsNothing) {
  EXPECT_EQ(output({"ls", "--collection", "none"}), "");
}

TEST_P(Commands, LsGoesThroughAllPages) {
  const std::string collection = GetParam() == From::kFolder ? "many-1" : "many-2";
  Words ids;
  for (int i = 1000; i < 2001; ++i) ids.push_back(std::to_string(i));
  storage::create_empty(served_folder().log(), collection, ids);
  const std::vector<json> documents = json_lines({"ls", "--collection", collection, "--json"});
  ASSERT_EQ(documents.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(documents[i]["id"], ids[i]);
}

TEST_P(Commands, InfoTellsOfOneDocument) {
  EXPECT_EQ(output({"info", "notes"}),
            "document    docs/notes\n"
            "state       exists\n"
            "version     3\n"
            "size        14 bytes\n"
            "created     2026-01-05T06:11:00.000Z\n"
            "changed     2026-01-06T00:00:00.000Z\n");
  EXPECT_EQ(lines(output({"info", "gone"}))[1], "state       deleted");
  EXPECT_EQ(lines(output({"info", "evil\x1b[31m\n"}))[0], "document    docs/evil\\x1b[31m\\n");
}

TEST_P(Commands, InfoAsJsonIsWhatLsSays) {
  EXPECT_EQ(json_lines({"info", "notes", "--json"}), json_lines({"ls", "notes", "--json"}));
}

TEST_P(Commands, CatPrintsTheExactBytes) {
  EXPECT_EQ(output({"cat", "notes"}), "So: hello you\n");
  EXPECT_EQ(output({"cat", "empty"}), "");
  EXPECT_EQ(output({"cat", "日本"}), "日本\r\n😀");
  EXPECT_EQ(output({"cat", "evil\x1b[31m\n"}), "\x1b[2Jboo\r\n\tok\n");
}

TEST_P(Commands, AnyNameCanBeTyped) {
  EXPECT_EQ(output({"cat", "a/b"}), "slash");
  EXPECT_EQ(output({"cat", ".."}), "dots");
  EXPECT_EQ(output({"cat", "ls"}), "named like a command");
  EXPECT_EQ(output({"cat", "--", "-x"}), "dash");
}

TEST_P(Commands, CatGoesBackToAVersion) {
  EXPECT_EQ(output({"cat", "notes", "--at", "1"}), "hello\n");
  EXPECT_EQ(output({"cat", "notes", "--at", "2"}), "hello world\n");
  EXPECT_EQ(output({"cat", "notes", "--at=3"}), "So: hello you\n");
  EXPECT_EQ(output({"cat", "gone", "--at", "1"}), "text");
}

TEST_P(Commands, CatGoesBackToATime) {
  EXPECT_EQ(output({"cat", "notes", "--at", "2026-01-05T06:11:00Z"}), "hello\n");
  EXPECT_EQ(output({"cat", "notes", "--at", "2026-01-05T06:12:00.499Z"}), "hello\n");
  EXPECT_EQ(output({"cat", "notes", "--at", "2026-01-05T07:12:00.5+01:00"}), "hello world\n");
  EXPECT_EQ(output({"cat", "notes", "--at", "2026-01-06"}), "So: hello you\n");
  EXPECT_EQ(output({"cat", "notes", "--at", "9999-12-31"}), "So: hello you\n");
}

TEST_P(Commands, CatAsJsonHasTheTextAndItsVersion) {
  EXPECT_EQ(
      json_lines({"cat", "notes", "--at", "2", "--json"}),
      std::vector<json>{json::parse(
          R"({"collection":"docs","id":"notes","version":2,"time":"2026-01-05T06:12:00.500Z","text":"hello world\n"})")});
}

TEST_P(Commands, LogPrintsARecordALine) {
  EXPECT_EQ(output({"log", "notes"}),
            "       1  2026-01-05T06:11:00.000Z  Ann           created +6 \"hello\\n\"\n"
            "       2  2026-01-05T06:12:00.500Z  Bob           +6 \" world\" at 5\n"
            "       3  2026-01-06T00:00:00.000Z  -             +7 -5 in 2 places, 0 to 6\n");
  EXPECT_EQ(output({"log", "gone"}),
            "       1  2026-01-05T06:11:00.000Z  Ann           created +4 \"text\"\n"
            "       2  2026-01-05T06:12:00.000Z  Ann           deleted\n");
  EXPECT_EQ(output({"log", "evil\x1b[31m\n"}),
            "       1  2026-01-05T06:11:00.000Z  \\x1b]0;owned\\x07  created +13 "
            "\"\\x1b[2Jboo\\r\\n\\tok\\n\"\n");
}

TEST_P(Commands, TheLogsLineNIsWhatMadeVersionN) {
  const Words log = lines(output({"log", "long", "--collection", "long"}));
  ASSERT_EQ(log.size(), 2'501U);
  for (std::size_t n : {1U, 2U, 1'000U, 1'001U, 2'000U, 2'001U, 2'501U}) {
    EXPECT_EQ(std::stoul(log[n - 1].substr(0, 8)), n);
  }
}

TEST_P(Commands, LogTakesARange) {
  const auto versions = [](Words arguments) {
    arguments.insert(arguments.begin(), {"log", "long", "--collection", "long", "--json"});
    std::vector<int> result;
    for (const json& record : json_lines(arguments)) result.push_back(record["version"]);
    return result;
  };
  using Versions = std::vector<int>;
  EXPECT_EQ(versions({"--from", "2499"}), (Versions{2499, 2500, 2501}));
  EXPECT_EQ(versions({"--to", "2"}), (Versions{1, 2}));
  EXPECT_EQ(versions({"--from", "0", "--to", "1"}), (Versions{1}));
  EXPECT_EQ(versions({"--from", "2500", "--to", "9999"}), (Versions{2500, 2501}));
  EXPECT_EQ(versions({"-n", "2"}), (Versions{2500, 2501}));
  EXPECT_EQ(versions({"-n2", "--to", "10"}), (Versions{9, 10}));
  EXPECT_EQ(versions({"--limit", "2", "--from", "5"}), (Versions{5, 6}));
  EXPECT_EQ(versions({"-n", "0"}), Versions{});
  EXPECT_EQ(versions({"-n", "3", "--reverse"}), (Versions{2501, 2500, 2499}));
  EXPECT_EQ(versions({"-r", "--from", "5", "--to", "7"}), (Versions{7, 6, 5}));
  EXPECT_EQ(versions({"-n", "9999"}).size(), 2'501U);
}

TEST_P(Commands, LogBackwardsIsTheLogBackwards) {
  Words log = lines(output({"log", "long", "--collection", "long"}));
  std::reverse(log.begin(), log.end());
  EXPECT_EQ(lines(output({"log", "long", "--collection", "long", "--reverse"})), log);
}

TEST_P(Commands, LogAsJsonHasTheOperations) {
  const std::vector<json> records = json_lines({"log", "notes", "--json"});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0]["create"], "hello\n");
  EXPECT_EQ(records[1],
            json::parse(
                R"({"version":2,"time":"2026-01-05T06:12:00.500Z","author":"Bob","source":"source",
      "sequence":2,"op":[5," world"]})"));
  EXPECT_EQ(records[2]["op"], json::parse(R"(["So: ",6,{"d":"world"},"you"])"));
  EXPECT_EQ(json_lines({"log", "gone", "--json"})[1]["del"], true);
}

TEST_P(Commands, BlamePrintsARowForEachPartOfALine) {
  EXPECT_EQ(output({"blame", "notes"}),
            "     1         3  2026-01-06T00:00:00.000Z  -             So: \n"
            "     1         1  2026-01-05T06:11:00.000Z  Ann           hello\n"
            "     1         2  2026-01-05T06:12:00.500Z  Bob            \n"
            "     1         3  2026-01-06T00:00:00.000Z  -             you\n");
  EXPECT_EQ(output({"blame", "notes", "--at", "2"}),
            "     1         1  2026-01-05T06:11:00.000Z  Ann           hello\n"
            "     1         2  2026-01-05T06:12:00.500Z  Bob            world\n");
  EXPECT_EQ(output({"blame", "notes", "--at", "2026-01-05T06:12:00Z"}),
            "     1         1  2026-01-05T06:11:00.000Z  Ann           hello\n");
  EXPECT_EQ(output({"blame", "empty"}), "");
}

TEST_P(Commands, BlameGivesTheExactBytesOfEachLine) {
  EXPECT_EQ(output({"blame", "evil\x1b[31m\n"}),
            "     1         1  2026-01-05T06:11:00.000Z  \\x1b]0;owned\\x07  \x1b[2Jboo\r\n"
            "     2         1  2026-01-05T06:11:00.000Z  \\x1b]0;owned\\x07  \tok\n");
}

TEST_P(Commands, BlameShowsWhatIsGoneWhenAsked) {
  EXPECT_EQ(lines(output({"blame", "notes", "--deleted"}))[3],
            "     1         2  2026-01-05T06:12:00.500Z  Bob                  3  -             "
            "\"world\"");
  EXPECT_EQ(output({"blame", "gone", "--deleted"}),
            "     1         1  2026-01-05T06:11:00.000Z  Ann                  2  Ann           "
            "\"text\"\n");
  EXPECT_EQ(lines(complaint(1, {"blame", "gone"}))[0],
            "cowrite: docs/gone: was deleted at version 2, 2026-01-05T06:12:00.000Z");
}

TEST_P(Commands, BlameAsJsonIsTheTextInSpans) {
  std::string text;
  for (const json& span : json_lines({"blame", "notes", "--json"})) text += span["text"];
  EXPECT_EQ(text, output({"cat", "notes"}));
  EXPECT_EQ(
      json_lines({"blame", "gone", "--deleted", "--json"}),
      std::vector<json>{json::parse(
          R"({"version":1,"since":1,"author":"Ann","time":"2026-01-05T06:11:00.000Z","length":4,
      "text":"text","removed":{"version":2,"author":"Ann","time":"2026-01-05T06:12:00.000Z"}})")});
}

TEST_P(Commands, BlameGoesThroughAllPages) {
  const std::string id = GetParam() == From::kFolder ? "lines-1" : "lines-2";
  std::string text;
  for (std::size_t i = 0; i <= history::kBlameSpansMax; ++i) text += std::to_string(i) + "\n";
  storage::DocumentWriter(served_folder().log(), {"paged", id}).create(text);
  const Words rows = lines(output({"blame", id, "--collection", "paged"}));
  ASSERT_EQ(rows.size(), history::kBlameSpansMax + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(std::stoul(rows[i]), i + 1);
}

TEST_P(Commands, DiffIsForPatch) {
  const std::string header =
      "--- a/notes\tversion 1, 2026-01-05T06:11:00.000Z\n"
      "+++ b/notes\tversion 3, 2026-01-06T00:00:00.000Z\n";
  const std::string hunk = "@@ -1 +1 @@\n-hello\n+So: hello you\n";
  EXPECT_EQ(output({"diff", "notes", "1"}), header + hunk);
  EXPECT_EQ(output({"diff", "notes", "1", "3"}), header + hunk);
  EXPECT_EQ(output({"diff", "notes", "2026-01-05T06:12:00Z", "2026-01-07"}), header + hunk);
  EXPECT_EQ(output({"diff", "notes", "3"}), "");
  EXPECT_EQ(output({"diff", "gone", "1"}),
            "--- a/gone\tversion 1, 2026-01-05T06:11:00.000Z\n+++ /dev/null\n"
            "@@ -1 +0,0 @@\n-text\n\\ No newline at end of file\n");
  EXPECT_EQ(
      complaint(1, {"diff", "notes", "1", "4"}),
      "cowrite: docs/notes: there is no version 4, the newest is 3\nhint: cowrite log lists the "
      "versions that there are\n");
}

TEST_P(Commands, DiffInColoursIsForEyes) {
  EXPECT_EQ(output({"diff", "日本", "0", "--color=always"}),
            "\x1b[1m--- /dev/null\x1b[0m\n"
            "\x1b[1m+++ \"b/\\346\\227\\245\\346\\234\\254\"\tversion 1, "
            "2026-01-05T06:11:00.000Z\x1b[0m\n"
            "\x1b[36m@@ -0,0 +1,2 @@\x1b[0m\n"
            "\x1b[32m+日本\\r\x1b[0m\n"
            "\x1b[32m+😀\x1b[0m\n"
            "\x1b[2m\\ No newline at end of file\x1b[0m\n");
}

TEST_P(Commands, DiffAsJsonIsOneObject) {
  const std::vector<json> differences = json_lines({"diff", "notes", "0", "1", "--json"});
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0]["from"], nullptr);
  EXPECT_EQ(differences[0]["to"]["version"], 1);
  EXPECT_EQ(differences[0]["hunks"][0]["lines"], json::parse(R"(["+hello\n"])"));
}

TEST_P(Commands, VersionsPrintsAGroupALine) {
  EXPECT_EQ(output({"versions", "notes"}),
            "       1         1  2026-01-05T06:11:00.000Z  2026-01-05T06:11:00.000Z  Ann           "
            "created +6\n"
            "       2         2  2026-01-05T06:12:00.500Z  2026-01-05T06:12:00.500Z  Bob           "
            "+6\n"
            "       3         3  2026-01-06T00:00:00.000Z  2026-01-06T00:00:00.000Z  -             "
            "+7 -5\n");
  EXPECT_EQ(lines(output({"versions", "gone"})).size(), 1U);
  EXPECT_EQ(lines(output({"versions", "gone", "--pause", "0"})).size(), 2U);
  EXPECT_EQ(json_lines({"versions", "long", "--collection", "long", "--json"})[0]["last"], 2'501);
  EXPECT_EQ(json_lines({"versions", "notes", "--from", "2", "--to", "2", "--json"}).size(), 1U);
  complaint(2, {"versions", "notes", "--pause", "10081"});
  complaint(2, {"versions", "notes", "--from", "3", "--to", "2"});
}

TEST_P(Commands, VersionsGoesThroughAllPages) {
  const std::string id = GetParam() == From::kFolder ? "turns-1" : "turns-2";
  storage::DocumentWriter writer(served_folder().log(), {"paged", id});
  writer.create("");
  for (std::size_t i = 0; i < history::kPageGroupsMax; ++i) {
    writer.by(i % 2 == 0 ? "Ann" : "Bob").insert(0, "x");
  }
  EXPECT_EQ(lines(output({"versions", id, "--collection", "paged"})).size(),
            history::kPageGroupsMax + 1);
}

TEST_P(Commands, OptionsOfAllCommandsMayStandAnywhere) {
  EXPECT_EQ(output({"--json", "info", "notes"}), output({"info", "notes", "--json"}));
  EXPECT_EQ(output({"--collection", "fresh", "cat", "old"}), "12");
  EXPECT_EQ(output({"cat", "--collection=fresh", "old"}), "12");
}

TEST_P(Commands, AnErrorNamesTheDocumentAndTheReasonAndAHint) {
  const std::string unknown =
      "cowrite: docs/none: no such document\nhint: cowrite ls lists the documents that there are\n";
  EXPECT_EQ(complaint(1, {"info", "none"}), unknown);
  EXPECT_EQ(complaint(1, {"cat", "none"}), unknown);
  EXPECT_EQ(complaint(1, {"log", "none"}), unknown);
  EXPECT_EQ(complaint(1, {"cat", "none", "--json"}), unknown);
  EXPECT_EQ(lines(complaint(1, {"cat", ""}))[0], "cowrite: docs/: no such document");
  EXPECT_EQ(lines(complaint(1, {"cat", "x\x1b[31m"}))[0],
            "cowrite: docs/x\\x1b[31m: no such document");
  EXPECT_EQ(lines(complaint(1, {"cat", "notes", "--collection", "other"}))[0],
            "cowrite: other/notes: no such document");
}

TEST_P(Commands, AVersionThatIsNotThereIsAnError) {
  const std::string unknown =
      "cowrite: docs/notes: there is no version 4, the newest is 3\nhint: cowrite log lists the "
      "versions that there are\n";
  EXPECT_EQ(complaint(1, {"cat", "notes", "--at", "4"}), unknown);
  EXPECT_EQ(complaint(1, {"log", "notes", "--from", "4"}), unknown);
}

TEST_P(Commands, WhereThereWasNoDocumentCatSaysSo) {
  const std::string hint =
      "hint: cowrite log shows when it was there; --at VERSION gives its text of then\n";
  EXPECT_EQ(complaint(1, {"cat", "gone"}),
            "cowrite: docs/gone: was deleted at version 2, 2026-01-05T06:12:00.000Z\n" + hint);
  EXPECT_EQ(complaint(1, {"cat", "notes", "--at", "0"}),
            "cowrite: docs/notes: was not there before 2026-01-05T06:11:00.000Z\n" + hint);
  EXPECT_EQ(complaint(1, {"cat", "notes", "--at", "2026-01-05"}),
            complaint(1, {"cat", "notes", "--at", "0"}));
}

TEST_P(Commands, WrongUsageIsStatusTwo) {
  EXPECT_EQ(complaint(2, {"frobnicate"}),
            "cowrite: there is no command \"frobnicate\"\nhint: cowrite --help\n");
  EXPECT_EQ(complaint(2, {}), "cowrite: a command is missing\nhint: cowrite --help\n");
  EXPECT_EQ(complaint(2, {"cat"}), "cowrite: DOC is required\nhint: cowrite cat --help\n");
  EXPECT_EQ(complaint(2, {"log", "notes", "--from", "3", "--to", "2"}),
            "cowrite: --from 3 is after --to 2\nhint: cowrite log --help\n");
  for (const Words& arguments :
       {Words{"cat", "notes", "extra"}, Words{"cat", "notes", "--at"},
        Words{"cat", "notes", "--at", "then"}, Words{"log", "notes", "--from", "-1"},
        Words{"log", "notes", "-n", "x"}, Words{"log", "notes", "--to", "1.5"},
        Words{"ls", "--color", "mauve"}, Words{"ls", "--frob"},
        Words{"cat", "notes", "--from", "1"}}) {
    EXPECT_NE(complaint(2, arguments).find("hint: cowrite " + arguments[0] + " --help"),
              std::string::npos)
        << arguments.back();
  }
}

TEST_P(Commands, ColoursCanBeForced) {
  EXPECT_EQ(output({"ls", "no", "--color=always"}),
            "       \x1b[33m3\x1b[0m        14  \x1b[36m2026-01-06T00:00:00.000Z\x1b[0m  notes\n");
}

}  // namespace
}  // namespace cowrite::cli
