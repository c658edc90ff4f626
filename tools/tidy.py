"""Runs clang-tidy on the sources of a build folder, leaving out those that passed as they are now.

    python3 tools/tidy.py build/release

What passed is remembered in the build folder under a hash of everything that the verdict depends on: clang-tidy's version, the
settings, the compiler's command, the source and the headers of ours that it included when it was last compiled.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def headers_by_object(build):
    """Ninja's record of what each object file was made from, headers of the system left out."""
    headers = {}
    for line in output_of("ninja", "-C", str(build), "-t", "deps").splitlines():
        if match := re.match(r"(\S+): #deps", line):
            current = headers.setdefault(match[1], [])
        elif line.startswith("    "):
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                current.append(path)
    return headers


def object_of(entry):
    """The object file that a compiler's command writes."""
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def fingerprint(entry, headers, settings):
    digest = hashlib.sha256((settings + entry["command"]).encode())
    for path in sorted({pathlib.Path(entry["file"]), *headers}):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def tidy(build, source):
    command = ["clang-tidy", "--quiet", "-p", str(build), source]
    run = subprocess.run(command, capture_output=True, text=True)
    return run.returncode == 0, run.stdout + ("" if run.returncode == 0 else run.stderr)


def is_checked(source):
    """What we wrote, less the tests, whose macros trip half of the checks; the simulation and the replay are programs."""
    if not source.is_relative_to(ROOT) or source.is_relative_to(ROOT / "build"):
        return False
    path = source.relative_to(ROOT)
    is_program = path.parent.as_posix() in ("tests/simulation", "tests/replay") and not path.stem.endswith("_test")
    return path.parts[0] != "tests" or is_program


def main():
    build = (ROOT / sys.argv[1]).resolve()
    passed = build / "tidy"
    passed.mkdir(exist_ok=True)
    settings = output_of("clang-tidy", "--version") + (ROOT / ".clang-tidy").read_text()
    headers = headers_by_object(build)
    wanted, due = set(), []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        if not is_checked(source):
            continue
        key = fingerprint(entry, headers.get(object_of(entry), []), settings)
        wanted.add(key)
        if not (passed / key).exists():
            due.append((entry["file"], key))
    for stale in set(os.listdir(passed)) - wanted:
        (passed / stale).unlink()

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = pool.map(lambda item: (*item, *tidy(build, item[0])), due)
        for number, (source, key, good, text) in enumerate(verdicts, 1):
            print(f"[{number}/{len(due)}] {os.path.relpath(source, ROOT)}", flush=True)
            if good:
                (passed / key).touch()
            else:
                failures += 1
                print(text, flush=True)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
