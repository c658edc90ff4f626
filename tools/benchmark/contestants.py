"""The servers that are measured, each as a process of its own on the cores that it is given."""

import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "build" / "release" / "bin"

STARTING_SECONDS = 30


class Server:
    """A server that runs while the `with` does; `url` is what cowrite-load is given: `form`, with
    the address that the server announces in its first line."""

    def __init__(self, command, cores, form, folder=None):
        self.folder = folder
        self.process = subprocess.Popen(["taskset", "-c", cores, *command], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, cwd=ROOT / "tests")
        line = self.process.stdout.readline()
        match = re.search(r"http://([^/\s]+)", line)
        if not match:
            self.__exit__()
            raise SystemExit(f"bench: {command[0]} did not start: {line!r}")
        self.url = form.format(match[1])

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STARTING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class Contestant:
    def __init__(self, name, title):
        self.name = name
        self.title = title


class Cowrite(Contestant):
    """Durable: every acknowledged operation was synced to `base`."""

    def __init__(self, name, title, base):
        super().__init__(name, title)
        self.base = base

    def start(self, cores, loops=1):
        folder = tempfile.mkdtemp(prefix="cowrite-bench-", dir=self.base)
        command = [BIN / "cowrite-server", "--data", folder + "/data", "--listen", "127.0.0.1:0",
                   "--loops", str(loops)]
        return Server(command, cores, "http://{}", folder)


class ShareDB(Contestant):
    """npm's sharedb with its database in memory: what it acknowledges is lost when it ends."""

    def start(self, cores, loops=1):
        command = ["node", ROOT / "tests" / "support" / "reference_server.js", "--listen",
                   "127.0.0.1:0"]
        return Server(command, cores, "ws://{}/ws")


def folders():
    """Where data lies on a disk, and where it lies in memory; the second is absent on some systems."""
    memory = pathlib.Path("/dev/shm")
    return ROOT / "build", memory if memory.is_dir() else None


def sharedb_version():
    package = (ROOT / "tests" / "node_modules" / "sharedb" / "package.json").read_text()
    return re.search(r'"version": "([^"]+)"', package)[1]


def contestants():
    disk, memory = folders()
    listed = [Cowrite("cowrite", "cowrite, durable", disk),
              ShareDB("sharedb", f"ShareDB {sharedb_version()}, in memory")]
    if memory:
        listed.append(Cowrite("cowrite-tmpfs", "cowrite, data on tmpfs", memory))
    return listed
