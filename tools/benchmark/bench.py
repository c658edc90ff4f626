"""Measures cowrite beside npm's sharedb; tools/bench is how to start it.

Each scenario is measured in rounds, the contestants in turn within a round, each by a server of its
own that is started for it. Server and cowrite-load have a core each. The median of the rounds counts.
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

import attacks
import machine
import results
from contestants import BIN, Cowrite, contestants, folders
from scenarios import COMPARED, CROWDS

SERVER_CORE = "0"
LOAD_CORE = "1"
WARMUP_SECONDS = 2
QUICK_SECONDS = 1
QUICK_ATTACK_SCALE = 0.1


@dataclasses.dataclass(frozen=True)
class Measurement:
    rate: float  # Per second.
    p50_ms: float
    p99_ms: float
    server_cores: float  # How many the server kept busy.
    others_cores: float  # How many were busy with what has nothing to do with it.


def fail(sentence):
    raise SystemExit(f"bench: {sentence}")


def arguments_of(scenario, seconds, quick):
    arguments = list(scenario.arguments)
    if not scenario.timed:
        return arguments
    long = seconds if quick else max(seconds, scenario.seconds)
    warmup = 0.5 if quick else WARMUP_SECONDS
    return [*arguments, "--seconds", str(long), "--warmup", str(warmup)]


def measure(server, scenario, cores, threads, seconds, quick):
    """Puts the load on a running server. What was not verified counts for nothing."""
    command = ["taskset", "-c", cores, BIN / "cowrite-load", "--server", server.url, "--json",
               "--patience", "120", "--threads", str(threads),
               *arguments_of(scenario, seconds, quick)]
    watch = machine.Watch([server.pid])
    used = machine.cpu_seconds(server.pid)
    began = machine.time.monotonic()
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"{scenario.name} at {server.url}: cowrite-load ended with status "
             f"{run.returncode}: {(run.stderr or run.stdout).strip()}")
    passed = machine.time.monotonic() - began
    figure = json.loads(run.stdout)["figures"][scenario.figure]
    return Measurement(figure["per_second"], figure["p50_us"] / 1000, figure["p99_us"] / 1000,
                       (machine.cpu_seconds(server.pid) - used) / passed, watch.cores_of_others())


def median(measurements):
    fields = (field.name for field in dataclasses.fields(Measurement))
    return Measurement(**{name: statistics.median(getattr(one, name) for one in measurements)
                          for name in fields})


def tell(scenario, contestant, round_, measured):
    print(f"{scenario.name:14} round {round_ + 1}  {contestant.name:14} "
          f"{measured.rate:12,.0f} {scenario.unit:13} p99 {measured.p99_ms:9,.2f} ms   "
          f"others {measured.others_cores:.2f} cores", file=sys.stderr, flush=True)


def compare(scenarios, options):
    """The medians by scenario and contestant, and the worst disturbance of all measurements."""
    medians = {}
    worst = 0.0
    for scenario in scenarios:
        taken = {contestant.name: [] for contestant in contestants()}
        for round_ in range(options.rounds):
            for contestant in contestants():
                with contestant.start(SERVER_CORE) as server:
                    measured = measure(server, scenario, LOAD_CORE, 1, options.seconds,
                                       options.quick)
                taken[contestant.name].append(measured)
                worst = max(worst, measured.others_cores)
                tell(scenario, contestant, round_, measured)
        medians[scenario.name] = {name: median(all_) for name, all_ in taken.items()}
    return medians, worst


def crowds(scenarios, options):
    disk, _ = folders()
    contestant = Cowrite("cowrite", "cowrite, durable", disk)
    medians = {}
    worst = 0.0
    for scenario in scenarios:
        with contestant.start(SERVER_CORE) as server:
            measured = measure(server, scenario, LOAD_CORE, 1, options.seconds, options.quick)
        tell(scenario, contestant, 0, measured)
        medians[scenario.name] = {contestant.name: measured}
        worst = max(worst, measured.others_cores)
    return medians, worst


def under_attack(names, quick):
    """The figures of the attacks, whether all held, and what others disturbed."""
    watch = machine.Watch([])
    figures, held = attacks.measure(names, QUICK_ATTACK_SCALE if quick else 1)
    return figures, held, watch.cores_of_others()


def scale(scenario, options):
    """cowrite with 1 to as many threads as there are cores, the load on the same cores."""
    disk, _ = folders()
    contestant = Cowrite("cowrite", "cowrite, durable", disk)
    cores = f"0-{os.cpu_count() - 1}"
    medians = {}
    for loops in range(1, os.cpu_count() + 1):
        taken = []
        for round_ in range(options.rounds):
            with contestant.start(cores, loops) as server:
                taken.append(measure(server, scenario, cores, loops, options.seconds,
                                     options.quick))
            tell(scenario, contestant, round_, taken[-1])
        medians[loops] = median(taken)
    return medians


def parse():
    parser = argparse.ArgumentParser(prog="tools/bench", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--crowds", action="store_true")
    parser.add_argument("--attacks", action="store_true")
    parser.add_argument("--cores", action="store_true")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("tools/benchmark/measured"))
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = QUICK_SECONDS, 1
    if options.rounds < 1 or options.seconds <= 0:
        fail("--rounds and --seconds are more than 0")
    return options


def require_known(names, known):
    unknown = set(names) - set(known)
    if unknown:
        fail(f"there is no scenario {', '.join(sorted(unknown))}; --list names them")


def choose(all_, names):
    require_known(names, (scenario.name for scenario in (*COMPARED, *CROWDS)))
    return [scenario for scenario in all_ if not names or scenario.name in names]


def main():
    options = parse()
    if options.list:
        for scenario in (*COMPARED, *CROWDS):
            print(f"{scenario.name:14} {scenario.title}")
        for name in attacks.names():
            print(f"{name:14} {attacks.title(name)} (--attacks)")
        return
    if os.cpu_count() < 2:
        fail("server and load need a core each, and this machine has one")
    disk, memory = folders()
    surroundings = results.Surroundings(
        date=datetime.date.today().isoformat(),
        command=" ".join(["tools/bench", *sys.argv[1:]]),
        machine=machine.description(),
        sync_ms=machine.sync_times(disk),
        sync_tmpfs_ms=machine.sync_times(memory) if memory else None)
    if options.cores:
        scenario = choose(COMPARED, options.only or ["mixed"])[0]
        text = results.scaling_table(scenario, scale(scenario, options), surroundings)
        print(text)
        if not options.quick:
            results.write(options.output, {"cores.md": text})
        return
    held = True
    if options.attacks:
        require_known(options.only, attacks.names())
        figures, held, worst = under_attack(options.only or attacks.names(), options.quick)
        files = results.attacks_files(figures, surroundings, worst)
    elif options.crowds:
        scenarios = choose(CROWDS, options.only)
        measured, worst = crowds(scenarios, options)
        files = results.crowds_files(scenarios, measured, surroundings, worst)
    else:
        scenarios = choose(COMPARED, options.only)
        measured, worst = compare(scenarios, options)
        files = results.comparison_files(scenarios, contestants(), measured, surroundings, worst)
    print(next(text for name, text in files.items() if name.endswith(".md")))
    if not options.quick:
        results.write(options.output, files)
    if not held:
        fail("some attacks cost more than they may; build/logs/attacks.log says which")


main()
