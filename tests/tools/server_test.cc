// The commands with servers: that cannot be reached, are none of ours, are busy, or stand behind a
// proxy.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/http/health.h"
#include "server/http/history_json.h"
#include "server/http/json.h"
#include "server/http/operator_json.h"
#include "storage/errors.h"
#include "tests/storage/document_writer.h"
#include "tests/storage/support.h"
#include "tests/tools/cowrite_process.h"
#include "tests/tools/served_folder.h"

namespace cowrite::cli {
namespace {

TEST(Servers, WhereNobodyListensIsSaid) {
  const Ran ran = run({"--server", kNoServer, "ls"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err,
            "cowrite: http://127.0.0.1:1: Couldn't connect to server\n"
            "hint: start cowrite-server, name another server with --server URL, or read a data "
            "folder with --data DIR\n");
}

TEST(Servers, AnotherServerIsRecognized) {
  for (const int status : {200, 302, 404, 500}) {
    const HttpEndpoint other([status](const http::Request&, const http::Respond& respond) {
      respond(
          {status, "<html>Welcome!</html>", {{"Content-Type", "text/html"}, {"Location", "/"}}});
    });
    for (const Words& command :
         {Words{"ls"}, Words{"info", "notes"}, Words{"cat", "notes"}, Words{"log", "notes"},
          Words{"blame", "notes"}, Words{"diff", "notes", "1"}, Words{"versions", "notes"},
          Words{"tail", "notes"}}) {
      Words arguments = {"--server", other.url()};
      arguments.insert(arguments.end(), command.begin(), command.end());
      const Ran ran = run(arguments);
      EXPECT_EQ(ran.status, 1);
      EXPECT_EQ(ran.out, "");
      EXPECT_EQ(ran.err,
                "cowrite: " + other.url() + ": what answers there is not a cowrite server\n" +
                    "hint: --server takes the address that cowrite-server prints when it starts\n");
    }
  }
}

TEST(Servers, AListThatDoesNotGoOnIsNotFollowedForEver) {
  const HttpEndpoint circling([](const http::Request& request, const http::Respond& respond) {
    const storage::DocumentInfo notes = {{"docs", "notes"}, 9, true, 1, 0, 0};
    if (request.path == "/api/documents") {
      respond({200, http::documents_json({{notes}, {}, "notes"}), {}});
    } else if (request.path == "/api/documents/docs/notes") {
      respond({200, http::document_json(notes), {}});
    } else if (request.path.ends_with("/blame")) {
      respond({200, http::blame_json({9, 0, {}, 0}), {}});
    } else if (request.path.ends_with("/versions")) {
      respond({200, http::groups_json({{}, 1}), {}});
    } else {
      respond({200, http::records_json({{}, 1}), {}});
    }
  });
  EXPECT_EQ(run({"--server", circling.url(), "ls"}).status, 1);
  for (const char* command : {"log", "blame", "versions"}) {
    EXPECT_EQ(run({"--server", circling.url(), command, "notes"}).status, 1) << command;
  }
}

TEST(Servers, ABusyServerIsAskedAgain) {
  std::atomic<int> requests = 0;
  const HttpEndpoint busy([&requests](const http::Request&, const http::Respond& respond) {
    if (requests++ < 3) {
      respond({503, http::error_json({"ERR_BUSY", "busy"}), {{"Retry-After", "0"}}});
    } else {
      respond({200, http::documents_json({}), {}});
    }
  });
  EXPECT_EQ(run({"--server", busy.url(), "ls"}).status, 0);
  EXPECT_EQ(requests, 4);
}

TEST(Servers, AServerThatStaysBusyIsGivenUp) {
  std::atomic<int> requests = 0;
  const HttpEndpoint busy([&requests](const http::Request&, const http::Respond& respond) {
    ++requests;
    respond({503, http::error_json({"ERR_BUSY", "too many requests"}), {{"Retry-After", "0"}}});
  });
  const Ran ran = run({"--server", busy.url(), "ls"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "cowrite: too many requests\n");
  EXPECT_EQ(requests, 6);
}

TEST(Servers, WhatTheServerSaysIsPassedOnHarmlessly) {
  const HttpEndpoint failing([](const http::Request&, const http::Respond& respond) {
    respond({500, http::error_json({"ERR_NEW", "docs/notes: \x1b[31mdamaged"}), {}});
  });
  const Ran ran = run({"--server", failing.url(), "cat", "notes"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "cowrite: docs/notes: \\x1b[31mdamaged\n");
}

TEST(Servers, ATextThatFitsIntoOneRequestComesWholeOrNotAtAll) {
  std::atomic<int> changes = 0;
  const HttpEndpoint server([&changes](const http::Request& request, const http::Respond& respond) {
    if (request.method == "POST") {
      ++changes;
      respond({200, http::change_json({3, true}), {}});
    } else {
      respond({404, http::error_json({storage::kErrDocumentUnknown, "none"}), {}});
    }
  });
  const storage::TempFolder temp;
  std::ofstream(temp / "large") << std::string(3'000'000, 'x');
  const Ran ran = run({"--server", server.url(), "import", temp / "large"}, {"COWRITE_TOKEN=0"});
  EXPECT_EQ(ran.out, "       3  docs/large\n") << ran.err;
  EXPECT_EQ(changes, 1);
}

// A small record, and one that no request holds.
std::vector<storage::Record> records_of_a_large_history() {
  ot::OperationBuilder large;
  large.insert(std::string(1'500'000, '\x01'));
  return {{0, "source", 1, "Ann", 0, storage::Create{"small"}},
          {1, "source", 2, "Ann", 0, storage::Edit{std::move(large).build()}}};
}

void write_history(const std::string& path, const std::vector<storage::Record>& records) {
  std::ofstream file(path);
  file << http::history_header_json({{"docs", "large"}, records.size()}) << '\n';
  for (const storage::Record& record : records) file << http::record_json(record) << '\n';
}

TEST(Servers, AHistoryWithARecordThatTheServerDoesNotTakeIsNotBegun) {
  std::atomic<int> changes = 0;
  const HttpEndpoint server([&changes](const http::Request& request, const http::Respond& respond) {
    changes += request.method == "POST" ? 1 : 0;
    respond({404, http::error_json({storage::kErrDocumentUnknown, "none"}), {}});
  });
  const storage::TempFolder temp;
  write_history(temp / "large.jsonl", records_of_a_large_history());
  const Ran ran =
      run({"--server", server.url(), "import", temp / "large.jsonl"}, {"COWRITE_TOKEN=0"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("record 2 is larger than the server takes"), std::string::npos) << ran.err;
  EXPECT_EQ(changes, 0);
}

TEST(Servers, AHistoryThatTheServerHasIsUnchangedHoweverLargeItsRecordsAre) {
  const std::vector<storage::Record> records = records_of_a_large_history();
  const HttpEndpoint server([&records](const http::Request& request, const http::Respond& respond) {
    if (request.path.ends_with("/records")) {
      respond({200, http::records_json({records, {}}), {}});
    } else {
      respond({200, http::document_json({{"docs", "large"}, 2, true, 1'500'005, 0, 0}), {}});
    }
  });
  const storage::TempFolder temp;
  write_history(temp / "large.jsonl", records);
  const Ran ran =
      run({"--server", server.url(), "import", temp / "large.jsonl"}, {"COWRITE_TOKEN=0"});
  EXPECT_EQ(ran.out, "       2  docs/large  (unchanged)\n") << ran.err;
}

// ---- Proxies

TEST(Servers, AServerOnThisMachineIsNeverAskedThroughAProxy) {
  std::atomic<int> requests = 0;
  const HttpEndpoint proxy([&requests](const http::Request&, const http::Respond& respond) {
    ++requests;
    respond({502, "proxy", {}});
  });
  const std::string port = served_folder().url().substr(served_folder().url().rfind(':'));
  for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "127.1", "0x7f000001",
                           "me@127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]"}) {
    for (const char* variable : {"http_proxy=", "all_proxy=", "ALL_PROXY="}) {
      const Ran ran = run({"--server", "http://" + std::string(host) + port, "cat", "notes"},
                          {variable + proxy.url()});
      EXPECT_EQ(ran.out, "So: hello you\n") << host << " " << variable << ran.err;
    }
  }
  EXPECT_EQ(requests, 0);
}

TEST(Servers, TheTokenIsNotShownToAProxyWhichIsNamed) {
  std::atomic<int> requests = 0;
  const HttpEndpoint proxy([&requests](const http::Request&, const http::Respond& respond) {
    ++requests;
    respond({502, "proxy", {}});
  });
  const Words rm = {"--server", "http://cowrite.invalid", "rm", "a", "b", "c"};
  const std::string token = "COWRITE_TOKEN=" + std::string(64, '0');
  const Ran refused = run(rm, {token, "http_proxy=" + proxy.url()});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err,
            "cowrite: http://cowrite.invalid: the operator's token would go through the proxy " +
                proxy.url() +
                ", which could read it; 3 of 3 documents were not deleted\n"
                "hint: no_proxy in the environment lists servers that are reached directly; of "
                "https:// a proxy reads nothing\n");
  EXPECT_EQ(requests, 0);
  const Ran direct = run(rm, {token, "http_proxy=" + proxy.url(), "no_proxy=x.org, .invalid"});
  EXPECT_EQ(direct.status, 1);
  EXPECT_EQ(direct.err.find("proxy"), std::string::npos) << direct.err;
  EXPECT_EQ(requests, 0);
  const Words ls = {"--server", "http://cowrite.invalid", "ls"};
  EXPECT_NE(run(ls, {"http_proxy=http://127.0.0.1:1"}).err.find("the proxy http://127.0.0.1:1"),
            std::string::npos);
}

TEST(Servers, WhatNoProxyListsIsReachedDirectly) {
  const auto refuses = [](const std::string& host, const std::string& list) {
    const Ran ran = run({"--server", "http://" + host, "rm", "a"},
                        {"COWRITE_TOKEN=0", "http_proxy=http://127.0.0.1:1", "no_proxy=" + list});
    return ran.err.find("through the proxy") != std::string::npos;
  };
  EXPECT_FALSE(refuses("cowrite.invalid", "Cowrite.INVALID"));
  EXPECT_FALSE(refuses("COWRITE.invalid.", "x, .invalid."));
  EXPECT_FALSE(refuses("[::1]:1", "")) << "this machine";
  EXPECT_FALSE(refuses("[::]:1", "")) << "this machine";
  EXPECT_FALSE(refuses("localhost.:1", "")) << "this machine";
  // No connection leads to these addresses.
  EXPECT_FALSE(refuses("0.1.2.3", "0.0.0.0/8"));
  EXPECT_FALSE(refuses("[::ffff:0.1.2.3]", "x 0.1.2.0/23"));
  EXPECT_TRUE(refuses("0.1.2.3", "0.1.3.0/24"));
  EXPECT_TRUE(refuses("0.1.2.3", "0.0.0.0/33,0.0.0.0/,/8,0.0.0.0/x"));
  EXPECT_FALSE(refuses("[ff0e::1]", "ff0e::/64"));
  EXPECT_TRUE(refuses("[ff0e::1]", "fe00::/8,0.0.0.0/0"));
  EXPECT_TRUE(refuses("notcowrite.invalid", "cowrite.invalid"));
}

TEST(Servers, NoPasswordInAUrlIsShown) {
  for (const char* user : {"me:secret@", "me:sec/ret@"}) {
    const std::string proxy = "http_proxy=http://" + std::string(user) + "127.0.0.1:1";
    const std::string url = "http://" + std::string(user) + "cowrite.invalid";
    for (const Words& words : {Words{"ls"}, Words{"rm", "a"}}) {
      Words arguments = {"--server", url};
      arguments.insert(arguments.end(), words.begin(), words.end());
      const Ran ran = run(arguments, {"COWRITE_TOKEN=0", proxy});
      EXPECT_EQ(ran.status, 1);
      EXPECT_NE(ran.err.find("cowrite: http://cowrite.invalid: "), std::string::npos) << ran.err;
      EXPECT_NE(ran.err.find("the proxy http://127.0.0.1:1"), std::string::npos) << ran.err;
      EXPECT_EQ(ran.err.find("ret"), std::string::npos) << ran.err;
    }
  }
}

TEST(Servers, WhatIsHopelessIsTriedOnce) {
  const Ran ran = run({"--server", kNoServer, "rm", "a", "b"}, {"COWRITE_TOKEN=0"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(
      ran.err.starts_with("cowrite: http://127.0.0.1:1: Couldn't connect to server; 2 of 2 "
                          "documents were not deleted\nhint: "))
      << ran.err;
}

TEST(Servers, AServerThatCannotBeReachedIsNoDamage) {
  for (const Words& words : {Words{"verify"}, Words{"verify", "a", "b"}}) {
    Words arguments = {"--server", kNoServer};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(ran.err.starts_with(
        "cowrite: http://127.0.0.1:1: Couldn't connect to server\nhint: start cowrite-server"))
        << ran.err;
  }
}

TEST(Servers, NoMoreDocumentsAreAskedForOnceThatIsHopeless) {
  std::atomic<int> requests = 0;
  const HttpEndpoint other([&requests](const http::Request&, const http::Respond& respond) {
    ++requests;
    respond({200, "<html>Welcome!</html>", {}});
  });
  const storage::TempFolder temp;
  const Ran ran = run({"--server", other.url(), "export", "a", "b", "c", "-o", temp / "out"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.err.starts_with("cowrite: " + other.url() +
                                  ": what answers there is not a cowrite server; 3 of 3 documents "
                                  "were not exported\n"))
      << ran.err;
  EXPECT_EQ(requests, 1);
}

TEST(Servers, OfAListThatCannotBeReadToItsEndMoreThanOneMayBeLeftOut) {
  const HttpEndpoint failing([](const http::Request& request, const http::Respond& respond) {
    const storage::DocumentInfo notes = {{"docs", "notes"}, 1, true, 1, 0, 0};
    const Error damaged = {storage::kErrDamaged, "a block is damaged"};
    if (request.path == "/api/documents/docs/notes/text") {
      respond({200, "x", {{"Cowrite-Version", "1"}, {"Cowrite-Time", "2026-01-05T06:11:00.000Z"}}});
    } else if (request.path == "/api/documents" &&
               request.query.find("after=") == std::string::npos) {
      respond({200, http::documents_json({{notes}, {}, "notes"}), {}});
    } else {
      respond({500, http::error_json(damaged), {}});
    }
  });
  const storage::TempFolder temp;
  const Ran ran = run({"--server", failing.url(), "export", "-o", temp / "out"});
  EXPECT_EQ(ran.out, "       1  " + (temp / "out/notes") + "\n");
  EXPECT_EQ(ran.err,
            "cowrite: the documents after docs/notes could not be listed: a block is damaged\n"
            "cowrite: at least 1 of 2 documents were not exported\n");
}

TEST(Servers, AreAskedOnceWhetherTheyAreWell) {
  std::atomic<int> requests = 0;
  std::atomic<bool> low = false;
  const HttpEndpoint server([&](const http::Request& request, const http::Respond& respond) {
    ++requests;
    const http::Vitals vitals = {
        .waits_for_disk = low, .disk_free_bytes = 70'000'000, .disk_reserve_bytes = 64'000'000};
    respond(request.path == "/healthz" ? http::respond_health(request, vitals)
                                       : http::respond_readiness(request, vitals));
  });
  const std::string details = "disk free 70000000 bytes, reserve 64000000 bytes\n";
  const Ran well = run({"--server", server.url(), "health"});
  EXPECT_EQ(well.status, 0) << well.err;
  EXPECT_EQ(well.out, "well\n" + details);
  low = true;
  requests = 0;
  const Ran unwell = run({"--server", server.url(), "health"});
  EXPECT_EQ(unwell.status, 1);
  EXPECT_EQ(unwell.out,
            "not well  The disk has 70000000 bytes free, and the reserve is 64000000: what is "
            "typed waits until there is room, and reading goes on.\n" +
                details);
  EXPECT_EQ(unwell.err, "cowrite: the server is not well\n");
  EXPECT_EQ(requests, 1);
  const Ran ready = run({"--server", server.url(), "health", "--ready", "--json"});
  EXPECT_EQ(ready.status, 0);
  EXPECT_EQ(ready.out, R"({"ok":true,"disk":{"free":70000000,"reserve":64000000}})"
                       "\n");
}

TEST(Servers, TheTokenIsShownForWhatIsTheOperatorsAlone) {
  std::mutex mutex;
  std::map<std::string, std::string> shown;  // By path.
  const storage::TempFolder temp;
  const HttpEndpoint server([&](const http::Request& request, const http::Respond& respond) {
    {
      const std::lock_guard lock(mutex);
      shown[request.path] = request.header("authorization");
    }
    respond({404, http::error_json({"ERR_PATH_UNKNOWN", "nothing"}), {}});
  });
  const std::vector<Words> commands = {{"cat", "a"},
                                       {"info", "a"},
                                       {"verify", "a"},
                                       {"stat", "a"},
                                       {"stat"},
                                       {"ls"},
                                       {"export", "--all-collections", "-o", temp / "out"}};
  for (Words command : commands) {
    command.insert(command.begin(), {"--server", server.url()});
    EXPECT_EQ(run(command, {"COWRITE_TOKEN=0f"}).status, 1);
  }
  const std::lock_guard lock(mutex);
  for (const auto& [path, authorization] : shown) {
    const bool is_operators = path.starts_with("/api/operator/");
    EXPECT_EQ(authorization, is_operators ? "Bearer 0f" : "") << path;
  }
  for (const char* path :
       {"/api/operator/stat/docs/a", "/api/operator/stat", "/api/operator/collections"}) {
    EXPECT_TRUE(shown.contains(path)) << path;
  }
}

TEST(Servers, OnlyAServerIsWell) {
  const Ran ran = run({"--data", served_folder().path(), "health"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.err.starts_with("cowrite: a data folder is neither well nor ready")) << ran.err;
}

TEST(Servers, AFailureNamesItsDocument) {
  const HttpEndpoint failing([](const http::Request& request, const http::Respond& respond) {
    const bool first = request.path.find("/first/") != std::string::npos;
    const Error error = first ? Error{storage::kErrConflict, "docs/first: in the way"}
                              : Error{"ERR_BUSY", "too many requests"};
    respond({409, http::error_json(error), {}});
  });
  EXPECT_EQ(run({"--server", failing.url(), "rm", "first", "second"}, {"COWRITE_TOKEN=0"}).err,
            "cowrite: docs/first: in the way\ncowrite: docs/second: too many requests\n"
            "cowrite: 2 of 2 documents were not deleted\n");
}

TEST(Servers, ADocumentThatIsDeletedButNotErasedIsSaidToBe) {
  std::atomic<int> purges = 0;
  const HttpEndpoint failing([&](const http::Request& request, const http::Respond& respond) {
    if (request.path.ends_with("/delete")) {
      respond({200, http::change_json({3, true}), {}});
    } else if (purges++ == 0) {
      respond({409, http::error_json({storage::kErrConflict, "docs/a: it exists"}), {}});
    } else {
      respond({507, http::error_json({storage::kErrDiskFull, "the disk is low"}), {}});
    }
  });
  const Ran ran = run({"--server", failing.url(), "rm", "--purge", "a"}, {"COWRITE_TOKEN=0"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "cowrite: docs/a: deleted, but not erased: the disk is low\n");
}

TEST(Servers, NothingMoreIsChangedOnADiskThatIsLowOrFailed) {
  for (const std::string_view code : {storage::kErrDiskFull, storage::kErrIo}) {
    std::atomic<int> requests = 0;
    const HttpEndpoint failing([&](const http::Request&, const http::Respond& respond) {
      ++requests;
      respond({500, http::error_json({code, "the disk"}), {}});
    });
    const Ran ran = run({"--server", failing.url(), "rm", "a", "b"}, {"COWRITE_TOKEN=0"});
    EXPECT_EQ(ran.err, "cowrite: the disk; 2 of 2 documents were not deleted\n");
    EXPECT_EQ(requests, 1);
  }
}

}  // namespace
}  // namespace cowrite::cli
