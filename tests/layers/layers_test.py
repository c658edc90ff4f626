"""Tests of tools/layers.py: a planted violation is found, and what is allowed is not."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tools"))
from layers import ROOT, sources, violations  # noqa: E402


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

    def test_each_library_is_known_where_the_table_says(self):
        self.finds("storage/record.cc", "nlohmann/json.hpp")
        self.finds("storage/record.cc", "rocksdb/db.h")
        self.finds("server/session/session.cc", "nlohmann/json.hpp")
        self.finds("server/loop/loop.cc", "websocketpp/server.hpp")
        self.finds("server/document/document.cc", "boost/asio.hpp")
        self.finds("tools/cli/table.cc", "CLI/CLI.hpp")
        self.finds("ot/rope/rope.cc", "gtest/gtest.h")
        self.allows("server/protocol/json_reader.cc", "nlohmann/json.hpp")

    def test_a_library_that_the_table_does_not_name_is_found(self):
        self.finds("server/loop/loop.cc", "spdlog/spdlog.h")

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
            ["ot/rope/rope.h:3: includes storage/record.h: ot may include ot/ and the standard library"],
        )

    def test_reads_the_sources_of_every_layer(self):
        folders = {path.relative_to(ROOT).parts[0] for path in sources(ROOT)}
        self.assertEqual(folders, {"ot", "storage", "server", "tools", "tests"})


if __name__ == "__main__":
    unittest.main()
