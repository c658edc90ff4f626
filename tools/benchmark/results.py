"""Figures as a table, as charts and as JSON."""

import dataclasses
import json

import charts

# With more of a core busy with others, figures say little.
DISTURBED_CORES = 0.15


@dataclasses.dataclass(frozen=True)
class Surroundings:
    date: str
    command: str
    machine: str
    sync_ms: tuple[float, float]  # p50 and p99.
    sync_tmpfs_ms: tuple[float, float] | None

    def sentences(self, worst):
        sync = "A sync of the disk took {:.2f} ms (p50) and {:.2f} ms (p99)".format(*self.sync_ms)
        if self.sync_tmpfs_ms:
            sync += ", one of tmpfs {:.3f} ms and {:.3f} ms".format(*self.sync_tmpfs_ms)
        quiet = (f"The machine was quiet: at most {worst:.2f} cores were busy with others."
                 if worst <= DISTURBED_CORES else
                 f"The machine was disturbed: up to {worst:.2f} cores were busy with others.")
        return f"{self.date}, `{self.command}`, on {self.machine}. {sync}. {quiet}"


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def rate(value):
    return f"{value:,.0f}"


def milliseconds(value):
    return f"{value:,.1f} ms" if value < 100 else f"{value:,.0f} ms"


def comparison_files(scenarios, contestants, medians, surroundings, worst):
    names = [contestant.title for contestant in contestants]

    def chart(title, field, text_of, unit_of):
        groups = []
        for scenario in scenarios:
            values = [getattr(medians[scenario.name][one.name], field) for one in contestants]
            notes = [text for text in (scenario.detail, unit_of(scenario)) if text]
            groups.append((scenario.title, " · ".join(notes), values,
                           [text_of(value) for value in values]))
        note = f"{surroundings.date}, server and load on a core each, medians; bars of a group to scale"
        return charts.bars(title, note, names, groups)

    return {
        "table.md": comparison_table(scenarios, contestants, medians, surroundings, worst),
        "throughput.svg": chart("Throughput: more is better", "rate", rate,
                                lambda scenario: scenario.unit),
        "latency.svg": chart("Latency of the slowest in a hundred: less is better", "p99_ms",
                             milliseconds, lambda scenario: "p99"),
        "figures.json": figures_json(medians, surroundings, worst),
    }


def comparison_table(scenarios, contestants, medians, surroundings, worst):
    titles = [contestant.title for contestant in contestants]
    lines = ["| | " + " | ".join(titles) + " | cowrite / ShareDB |",
             "|---|" + "---:|" * (len(titles) + 1)]
    for scenario in scenarios:
        found = medians[scenario.name]
        cells = [f"{rate(found[one.name].rate)} {scenario.unit}<br>p99 "
                 f"{milliseconds(found[one.name].p99_ms)}" for one in contestants]
        ratio = found["cowrite"].rate / found["sharedb"].rate
        name = " ".join(text for text in (scenario.title, scenario.detail) if text)
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {ratio:.2f} |")
    return "\n".join([*lines, "", surroundings.sentences(worst), ""])


def crowds_files(scenarios, medians, surroundings, worst):
    lines = ["| | rate | p50 | p99 | server, cores |", "|---|---:|---:|---:|---:|"]
    for scenario in scenarios:
        found = medians[scenario.name]["cowrite"]
        lines.append(f"| {scenario.title} | {rate(found.rate)} {scenario.unit} | "
                     f"{milliseconds(found.p50_ms)} | {milliseconds(found.p99_ms)} | "
                     f"{found.server_cores:.2f} |")
    text = "\n".join([*lines, "", surroundings.sentences(worst), ""])
    return {"crowds.md": text, "crowds.json": figures_json(medians, surroundings, worst)}


def attacks_files(figures, surroundings, worst):
    lines = ["| attack | peak memory | longest turn | ack p99 | slowest ack | sync p99 | open p99 | SIGTERM |",
             "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for found in figures:
        times = (found["longestTurn"] * 1000, found["ackP99Ms"], found["ackMaxMs"], found["syncP99Ms"],
                 found["openP99Ms"], found["sigtermMs"])
        cells = ["none" if time is None else milliseconds(time) for time in times]
        peak = found["peakBytes"] / 2**20
        lines.append(f"| {found['attack']} | {peak:,.0f} MiB | " + " | ".join(cells) + " |")
    lines += ["", "Ack and open are the innocent's: its letters, and its openings of 100 KB. An attack holds on until it has written 200 letters. While the disk is nearly full, letters wait until there is room.", "",
              surroundings.sentences(worst), ""]
    document = {**dataclasses.asdict(surroundings), "others_cores_max": worst, "figures": figures}
    return {"attacks.md": "\n".join(lines), "attacks.json": json.dumps(document, indent=1) + "\n"}


def scaling_table(scenario, by_loops, surroundings):
    lines = [f"{scenario.title}. Server and load share the cores, so that with as many threads as "
             "cores each takes from the other: this is what one machine does, and not what the "
             "server would do with the load elsewhere.", "",
             "| threads of server and load | rate | p99 | to one thread |", "|---|---:|---:|---:|"]
    for loops, found in by_loops.items():
        lines.append(f"| {loops} | {rate(found.rate)} {scenario.unit} | "
                     f"{milliseconds(found.p99_ms)} | {found.rate / by_loops[1].rate:.2f} |")
    worst = max(found.others_cores for found in by_loops.values())
    return "\n".join([*lines, "", surroundings.sentences(worst), ""])


def figures_json(medians, surroundings, worst):
    figures = {name: {one: dataclasses.asdict(found) for one, found in found_by.items()}
               for name, found_by in medians.items()}
    return json.dumps({**dataclasses.asdict(surroundings), "others_cores_max": worst,
                       "figures": figures}, indent=1) + "\n"
