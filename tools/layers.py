"""The layer rule, read from the includes:

    std <- ot <- storage <- server <- tools, tests

which room of server/ may know which, where each library may be known, and that no type is defined twice. Run without arguments it checks the project and prints what breaks the rule.
"""

import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Per folder, what its files may include besides the standard library and the system. The longest matching folder counts.
LAYERS = {
    "ot": ["ot/"],
    "ot/base": ["ot/base/"],
    "ot/rope": ["ot/base/", "ot/rope/"],
    "storage": ["ot/", "storage/"],
    "server": ["ot/", "storage/", "server/"],
    "tools": ["ot/", "storage/", "server/", "tools/"],
    # A client, which knows of the server only what both have to: how operations and JSON are written, and how sources are named;
    # and the loop.
    "tools/load": ["ot/", "server/loop/", "server/protocol/", "storage/source.h", "tools/load/"],
    "tests": ["ot/", "storage/", "server/", "tools/", "tests/"],
}

# The rooms of server/, each with the other rooms that it may know. What stands beside them (server.h, main.cc) puts them together.
ROOMS = {
    "protocol": [],
    "history": [],
    "http": ["history", "protocol"],
    "transport": ["http", "loop"],
    "document": ["protocol"],
    "presence": ["document", "protocol"],
    "session": ["document", "presence", "protocol", "transport"],
    "switchboard": ["document", "loop", "presence", "protocol", "session", "transport"],
    "loop": [],
    "metrics": ["http", "loop", "switchboard", "transport"],
    "access": ["http"],
    "pages": ["access", "http"],
    "config": [],
    "log": ["protocol"],
}
LAYERS |= {
    f"server/{room}": ["ot/", "storage/", *(f"server/{known}/" for known in (room, *others))]
    for room, others in ROOMS.items()
}

# The rooms of the load generator likewise: what goes over the wire, what must hold of it, the figures, the clients, what they do.
LOAD_ROOMS = {
    "wire": [],
    "verification": ["wire"],
    "figures": ["verification"],
    "client": ["figures", "verification", "wire"],
    "scenarios": ["client", "figures", "verification", "wire"],
}
LAYERS |= {
    f"tools/load/{room}": [
        *(folder for folder in LAYERS["tools/load"] if folder != "tools/load/"),
        "tools/load/clock.h",
        "tools/load/numbers.h",
        *(f"tools/load/{known}/" for known in (room, *others)),
    ]
    for room, others in LOAD_ROOMS.items()
}

# Per library, the files that may include it.
LIBRARIES = {
    "rocksdb/": ["storage/store/rocksdb_store.cc", "storage/store/rocksdb/*", "tests/storage/*"],
    "websocketpp/": ["server/transport/websocketpp/*"],
    "nlohmann/": ["server/protocol/json_reader.cc", "server/protocol/json_writer.cc", "tests/*"],
    "simdjson.h": ["server/protocol/json_reader.cc"],
    "boost/beast/": ["tools/load/wire/connection.cc", "tests/tools/load/*"],  # Before boost/: the first that fits counts.
    "boost/": ["server/transport/*", "server/loop/*", "tools/load/*", "tests/server/*", "tests/tools/*"],
    "prometheus/": ["server/metrics/*", "tests/server/metrics/*"],
    "openssl/": ["storage/format/sha256.cc", "server/http/operator_token.cc"],
    "curl/": ["tools/cli/http_client.cc"],
    "CLI/": ["server/options.cc", "tools/cli/command_line.cc", "tools/load/command_line.cc"],
    "spdlog/": ["server/log/log.cc"],
    "toml++/": ["server/config/config_file.cc"],
    "gtest/": ["tests/*"],
    "gmock/": ["tests/*"],
    "benchmark/": ["tests/*"],
}

# Folders that are pure: no input or output, thread or clock, so that the same code runs under a simulator.
PURE = ["ot", "server/document", "server/session", "server/presence", "server/protocol", "server/history", "server/switchboard"]
IMPURE_HEADERS = re.compile(
    r"thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|fstream|iostream|filesystem|"
    r"ctime|random|.*\.h"  # Headers in .h that are not ours are the system's.
)
CLOCK = re.compile(r"_clock::now|\b(std::)?(time|clock|getenv)\(")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def folder_rule(rules, path):
    """The entry of the longest folder that holds the path."""
    holding = [folder for folder in rules if path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def violation_of_include(path, header):
    """Why the file at this path may not include this header, or None."""
    top = header.split("/")[0]
    library = next((name for name in LIBRARIES if header.startswith(name)), None)
    if library:
        if not any(fnmatch.fnmatch(path, pattern) for pattern in LIBRARIES[library]):
            return f"{library[:-1]} is for {', '.join(LIBRARIES[library])} alone"
    elif top in LAYERS:
        layer = folder_rule(LAYERS, path)
        if not any(header.startswith(prefix) for prefix in LAYERS[layer]):
            return f"{layer} may include {', '.join(LAYERS[layer])} and the standard library"
    elif folder_rule(dict.fromkeys(PURE), path) and IMPURE_HEADERS.fullmatch(header):
        return "this folder is pure: no input or output, thread or clock"
    elif "/" in header and not header.startswith(("sys/", "netinet/", "arpa/", "linux/")):
        return f"{top} is a library that tools/layers.py does not know"
    return None


def violations(path, text):
    """Each breach in one file, as "path:line: what: why"."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := INCLUDE.match(line):
            why = violation_of_include(path, match[1])
            if why:
                found.append(f"{path}:{number}: includes {match[1]}: {why}")
        elif folder_rule(dict.fromkeys(PURE), path) and CLOCK.search(line.split("//")[0]):
            found.append(f"{path}:{number}: asks for the time or the environment: this folder is pure")
    return found


# What declares a type outside of other types: clang-format indents everything but namespaces.
TYPE = re.compile(r"^(?:template <[^>]*>\s*)?(?:(?:class|struct|enum class|enum) (\w+)\b(?!::| *;)(?:[^;]*$|[^;(]*\{)|using (\w+) =)")
NAMESPACE = re.compile(r"^namespace ([\w:]*) ?\{")


def types(text):
    """The namespaces and names of the types that a file defines, those of unnamed namespaces left out."""
    namespaces = []
    for line in text.splitlines():
        if match := NAMESPACE.match(line):
            namespaces.append(match[1])
        elif line.startswith("}  // namespace") and namespaces:
            namespaces.pop()
        elif (match := TYPE.match(line)) and "" not in namespaces:
            yield "::".join(namespaces), match[1] or match[2]


def doubles(texts):
    """Types that two files define under one name: with both in one program, that is undefined behaviour."""
    known = {}
    for path, text in texts:
        for namespace, name in types(text):
            before = known.setdefault((namespace, name), path)
            if before != path:
                yield f"{path}: defines {namespace}::{name}, as {before} does"


def sources(root):
    for layer in ("ot", "storage", "server", "tools", "tests"):
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in (".cc", ".h") and "node_modules" not in path.parts:
                yield path


def main():
    texts = [(path.relative_to(ROOT).as_posix(), path.read_text()) for path in sources(ROOT)]
    found = [breach for path, text in texts for breach in violations(path, text)]
    found += doubles(texts)
    print("\n".join(found), end="\n" if found else "")
    sys.exit(len(found) > 0)


if __name__ == "__main__":
    main()
