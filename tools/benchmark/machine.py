"""The machine: what it is, how long its disk takes to sync, and how much others used of it."""

import os
import pathlib
import statistics
import time

TICKS = os.sysconf("SC_CLK_TCK")

# How often the disk is asked to sync, a block each, as a log of small commits does.
SYNCS = 300
SYNC_BYTES = 4096


def description():
    """'Intel Xeon ..., 2 cores, 24 GiB, Linux 6.1'"""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = os.uname().release.split("-")[0]
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {release}"


def sync_times(folder):
    """The p50 and p99 of a sync after a small write to a file in the folder, in milliseconds."""
    path = pathlib.Path(folder) / "sync-probe"
    times = []
    with open(path, "wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(os.urandom(SYNC_BYTES))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def cpu_seconds(pid):
    """What a process and its threads have used; of one that has ended, nothing."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def children_seconds():
    """What processes that were waited for have used."""
    times = os.times()
    return times.children_user + times.children_system


class Watch:
    """How much of the machine others use while something of ours is measured."""

    def __init__(self, pids):
        self.pids = pids
        self.began = time.monotonic()
        self.busy = self._busy()
        self.own = self._own()

    def cores_of_others(self):
        """So many cores were busy with others on average, or not given to this machine at all."""
        seconds = time.monotonic() - self.began
        others = (self._busy() - self.busy) - (self._own() - self.own)
        return max(0.0, others / seconds)

    def _busy(self):
        fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]
        user, nice, system, _, _, irq, softirq, steal = (int(field) for field in fields[:8])
        return (user + nice + system + irq + softirq + steal) / TICKS

    def _own(self):
        own = sum(cpu_seconds(pid) for pid in self.pids) + children_seconds()
        return own + cpu_seconds(os.getpid())
