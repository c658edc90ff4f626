"""Tests of tools/layers.py: a planted violation is found, and what is allowed is not."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))
from layers import ROOMS, ROOT, doubles, sources, types, violations  # noqa: E402


def includes(path, header):
    return violations(path, f"#include <{header}>\n")


class Layers(unittest.TestCase):
    def finds(self, path, header):
        self.assertEqual(len(includes(path, header)), 1, f"{path} includes {header}")

    def allows(self, path, header):
        self.assertEqual(includes(path, header), [])

    def test_a_layer_includes_only_those_before_it(self):
        self.finds("ot/rope/rope.h", "storage/record.h")
        self.finds("storage/record.h", "server/limits.h")
        self.finds("server/limits.h", "tools/cli/table.h")
        self.finds("tools/cli/table.cc", "tests/support/random.h")
        self.allows("ot/rope/rope.h", "ot/base/utf8.h")
        self.allows("storage/record.h", "ot/operation.h")
        self.allows("server/session/session.h", "storage/record.h")
        self.allows("tests/server/session_test.cc", "server/session/session.h")

    def test_a_room_of_the_server_includes_only_those_that_it_may_know(self):
        self.finds("server/protocol/decode.cc", "server/document/document.h")
        self.finds("server/history/queries.cc", "server/http/message.h")
        self.finds("server/transport/web_socket.cc", "server/session/session.h")
        self.finds("server/document/document.cc", "server/transport/connection.h")
        self.finds("server/http/api.cc", "server/limits.h")
        self.allows("server/http/api.cc", "server/history/queries.h")
        self.allows("server/transport/web_socket.cc", "server/transport/connection.h")
        self.allows("server/history/queries.cc", "storage/log.h")

    def test_what_puts_the_rooms_together_knows_all_of_them(self):
        for room in ROOMS:
            self.allows("server/server.cc", f"server/{room}/limits.h")
            self.finds(f"server/{room}/limits.h", "server/server.h")

    def test_every_room_is_in_the_table_and_no_two_know_each_other(self):
        folders = {path.name for path in (ROOT / "server").iterdir() if path.is_dir()}
        self.assertEqual(set(ROOMS), folders)

        def reachable(room):
            return {room}.union(*(reachable(other) for other in ROOMS[room]))

        for room, others in ROOMS.items():
            for other in others:
                self.assertNotIn(room, reachable(other), f"{room} and {other}")

    def test_the_foundation_of_ot_and_the_rope_know_nothing_of_operations(self):
        self.finds("ot/base/utf8.cc", "ot/operation.h")
        self.finds("ot/base/utf8.cc", "ot/rope/rope.h")
        self.finds("ot/rope/rope.cc", "ot/operation.h")
        self.allows("ot/rope/rope.cc", "ot/base/utf8.h")
        self.allows("ot/apply.cc", "ot/rope/rope.h")

    def test_each_library_is_known_where_the_table_says(self):
        self.finds("storage/record.cc", "nlohmann/json.hpp")
        self.finds("storage/record.cc", "rocksdb/db.h")
        self.finds("server/session/session.cc", "nlohmann/json.hpp")
        self.finds("server/loop/loop.cc", "websocketpp/server.hpp")
        self.finds("server/document/document.cc", "boost/asio.hpp")
        self.finds("tools/cli/table.cc", "CLI/CLI.hpp")
        self.finds("server/log/repeats.cc", "spdlog/async.h")
        self.finds("server/main.cc", "spdlog/spdlog.h")
        self.finds("server/options.cc", "toml++/toml.h")
        self.finds("ot/rope/rope.cc", "gtest/gtest.h")
        self.allows("server/log/log.cc", "spdlog/async.h")
        self.allows("server/config/config_file.cc", "toml++/toml.h")
        self.allows("server/protocol/json_reader.cc", "nlohmann/json.hpp")
        self.finds("server/protocol/decode.cc", "simdjson.h")
        self.allows("server/protocol/json_reader.cc", "simdjson.h")

    def test_the_load_generator_is_a_client_that_knows_of_the_server_only_what_both_must(self):
        self.finds("tools/load/client/client.cc", "server/session/session.h")
        self.finds("tools/load/client/client.cc", "storage/record.h")
        self.finds("tools/load/client/client.cc", "tools/cli/table.h")
        self.allows("tools/load/client/client.cc", "server/protocol/json_reader.h")

    def test_the_rooms_of_the_load_generator_know_each_other_in_one_direction(self):
        self.finds("tools/load/wire/link.h", "tools/load/client/client.h")
        self.finds("tools/load/verification/ledger.h", "tools/load/figures/report.h")
        self.allows("tools/load/client/client.h", "tools/load/verification/ledger.h")
        self.allows("tools/load/verification/ledger.h", "tools/load/clock.h")

    def test_websockets_of_clients_are_known_in_one_file_of_the_load_generator(self):
        self.finds("tools/load/client/client.cc", "boost/beast/websocket/stream.hpp")
        self.finds("server/transport/acceptor.cc", "boost/beast/websocket/stream.hpp")
        self.allows("tools/load/wire/connection.cc", "boost/beast/websocket/stream.hpp")
        self.allows("tools/load/client/client.cc", "boost/asio/steady_timer.hpp")

    def test_a_library_that_the_table_does_not_name_is_found(self):
        self.finds("server/loop/loop.cc", "glog/logging.h")

    def test_pure_folders_have_no_thread_clock_or_system(self):
        for header in ("thread", "mutex", "iostream", "unistd.h", "sys/socket.h"):
            self.finds("server/session/session.cc", header)
            self.allows("server/loop/loop.cc", header)
        self.allows("server/session/session.cc", "vector")
        now = "auto now = std::chrono::steady_clock::now();\n"
        self.assertEqual(len(violations("server/document/document.cc", now)), 1)
        self.assertEqual(violations("server/loop/loop.cc", now), [])
        self.assertEqual(violations("server/document/document.cc", "// never steady_clock::now()\n"), [])

    def test_says_where_and_why(self):
        self.assertEqual(
            violations("ot/rope/rope.h", '#pragma once\n\n#include "storage/record.h"\n'),
            [
                "ot/rope/rope.h:3: includes storage/record.h: "
                "ot/rope may include ot/base/, ot/rope/ and the standard library"
            ],
        )

    def test_reads_the_sources_of_every_layer(self):
        folders = {path.relative_to(ROOT).parts[0] for path in sources(ROOT)}
        self.assertEqual(folders, {"ot", "storage", "server", "tools", "tests"})


def file(*lines, namespace="cowrite::a"):
    return "\n".join([f"namespace {namespace} {{", "", *lines, "", f"}}  // namespace {namespace}", ""])


class TypesDefinedTwice(unittest.TestCase):
    def finds(self, *definitions):
        for definition in definitions:
            with self.subTest(definition):
                found = list(doubles([("a/one.h", file(definition)), ("a/two.h", file(definition))]))
                self.assertEqual(found, ["a/two.h: defines cowrite::a::Query, as a/one.h does"])

    def allows(self, one, two):
        self.assertEqual(list(doubles([("a/one.h", one), ("a/two.h", two)])), [])

    def test_are_found(self):
        self.finds(
            "class Query {",
            "class Query final : public Request,",
            "struct Query {",
            "struct Query {};",
            "struct Query : Request {};",
            "enum class Query { kFirst, kLast };",
            "enum class Query {",
            "template <typename Name> class Query {",
            "template <typename Name>\nclass Query {",
            "using Query = std::string;",
        )

    def test_of_different_namespaces_are_different_types(self):
        self.allows(file("class Query {"), file("class Query {", namespace="cowrite::b"))

    def test_forward_declarations_define_nothing(self):
        for declaration in ("class Query;", "struct Query;", "enum class Query : int;"):
            self.allows(file("class Query {"), file(declaration))

    def test_members_and_functions_of_a_type_are_not_that_type(self):
        self.allows(file("class Query {"), file("class Other {", "  class Query {", "  };", "};"))
        self.allows(file("class Query {"), file("class Query::Impl {", "};"))
        self.allows(file("class Query {"), file("struct Query make_query();"))

    def test_unnamed_namespaces_keep_their_types_to_themselves(self):
        hidden = file("namespace {", "class Query {", "};", "}  // namespace")
        self.allows(file("class Query {"), hidden)
        self.allows(hidden, hidden)
        shown = file("namespace {", "class Hidden {", "};", "}  // namespace", "class Query {", "};")
        self.assertEqual(list(types(shown)), [("cowrite::a", "Query")])

    def test_one_file_may_define_a_type_in_one_of_two_ways(self):
        text = file("#ifdef ONE", "class Query {", "#else", "class Query {", "#endif")
        self.assertEqual(list(doubles([("a/one.h", text)])), [])


if __name__ == "__main__":
    unittest.main()
