"""The attacks of tests/attacks: each runs as the test that it is, and tells its figures."""

import json
import os
import pathlib
import subprocess
import tempfile

from contestants import BIN, ROOT

FOLDER = ROOT / "tests" / "attacks"
LOG = ROOT / "build" / "logs" / "attacks.log"


def names():
    """The kinds of attacks, a file each."""
    return sorted(path.name.removesuffix(".test.js") for path in FOLDER.glob("*.test.js"))


def title(name):
    """The first comment of its file, which is a sentence."""
    comment = []
    for line in (FOLDER / f"{name}.test.js").read_text().splitlines():
        if not line.startswith("//"):
            break
        comment.append(line.removeprefix("//").strip())
    return " ".join(comment).removesuffix(".")


def measure(chosen, scale):
    """The figures of each attack of these kinds, at this part of its size, and whether all held."""
    with tempfile.TemporaryDirectory(prefix="cowrite-bench-") as folder:
        file = pathlib.Path(folder) / "figures"
        file.touch()
        environment = {**os.environ, "COWRITE_BIN": str(BIN), "COWRITE_ATTACK_FIGURES": str(file),
                       "COWRITE_ATTACK_SCALE": str(scale)}
        with open(LOG, "w") as log:
            run = subprocess.run(["node", "--test", "--test-concurrency=1",
                                  *(FOLDER / f"{name}.test.js" for name in chosen)],
                                 env=environment, cwd=ROOT / "tests", stdout=log,
                                 stderr=subprocess.STDOUT)
        figures = [json.loads(line) for line in file.read_text().splitlines()]
    return figures, run.returncode == 0
