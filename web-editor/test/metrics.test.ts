import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { forecast, observedMsMin, trend } from "../src/status/metrics/disk";
import { parseExposition } from "../src/status/metrics/exposition";
import { readFigures, type Figures } from "../src/status/metrics/figures";
import { healthOf } from "../src/status/metrics/health";
import { between, quantile } from "../src/status/metrics/histogram";
import { gapMs, timelineOf, valuesOf } from "../src/status/metrics/lines";
import {
  countedIn,
  grown,
  isRestart,
  keptMax,
  keptMs,
  perSecond,
  Samples,
  windowUpTo,
  type Sample,
} from "../src/status/metrics/samples";
import { decadeScale, roundScale, roundedUp } from "../src/status/metrics/scale";
import * as units from "../src/status/metrics/units";

// What a server shows that has done little; each line may be replaced.
const shown: Record<string, number> = {
  'cowrite_build_info{version="1.2.3"}': 1,
  process_start_time_seconds: 1_700_000_000.25,
  'cowrite_operations_total{outcome="committed"}': 0,
  'cowrite_operations_total{outcome="refused"}': 0,
  cowrite_sent_bytes_total: 0,
  'cowrite_ack_seconds_bucket{le="0.001"}': 0,
  'cowrite_ack_seconds_bucket{le="0.01"}': 0,
  'cowrite_ack_seconds_bucket{le="+Inf"}': 0,
  'cowrite_refusals_total{code="ERR_BUSY"}': 0,
  'cowrite_loop_turn_cpu_seconds_sum{loop="0"}': 0,
  'cowrite_loop_turn_longest_cpu_seconds{loop="0"}': 0,
  'cowrite_loop_turn_cpu_seconds_sum{loop="1"}': 0,
  'cowrite_loop_turn_longest_cpu_seconds{loop="1"}': 0,
  cowrite_client_ahead_requests_total: 0,
  cowrite_disk_free_bytes: 1e9,
  cowrite_disk_reserve_bytes: 1e8,
  cowrite_log_waits_for_disk: 0,
  cowrite_log_failed: 0,
  'cowrite_store_stalled{state="delayed"}': 0,
  'cowrite_store_stalled{state="stopped"}': 0,
};

const textOf = (values: Record<string, number>) =>
  Object.entries(values)
    .map(([series, value]) => `${series} ${value}\n`)
    .join("");

function figures(changes: Record<string, number> = {}): Figures {
  const read = readFigures(textOf({ ...shown, ...changes }));
  if (!read) throw new Error("no figures");
  return read;
}

const committed = 'cowrite_operations_total{outcome="committed"}';
const operations = ({ counters }: Figures) => counters.operations;
const sample = (at: number, changes?: Record<string, number>): Sample => ({
  at,
  figures: figures(changes),
});

describe("Prometheus' text format", () => {
  test("is read with labels, comments, times and special values", () => {
    const metrics = parseExposition(
      "# HELP a Some {text} 1\n# TYPE a counter\n" +
        'a{x="1",y="two words"} 3\na{x="2"} 4.5e-3 1700000000000\n\nb +Inf\nc NaN\nd -Inf\n',
    );
    expect(metrics?.get("a")).toEqual([
      { labels: { x: "1", y: "two words" }, value: 3 },
      { labels: { x: "2" }, value: 0.0045 },
    ]);
    expect(["b", "c", "d"].map((name) => metrics?.get(name)?.[0]?.value)).toEqual([
      Infinity,
      NaN,
      -Infinity,
    ]);
  });

  test("has labels with quotes, backslashes, braces and ends of lines in them", () => {
    const metrics = parseExposition(String.raw`a{x="q\"b\\n\n}{,=",y=""} 1`);
    expect(metrics?.get("a")?.[0]?.labels).toEqual({ x: 'q"b\\n\n}{,=', y: "" });
  });

  test("is told from everything else", () => {
    for (const other of ["<!doctype html>", "a", "a b", 'a{x="1} 2', "a{x=1} 2", "1a 2", "a 1 2 3"])
      expect(parseExposition(other), other).toBeNull();
    expect(readFigures("")).toBeNull();
    expect(readFigures("node_load1 0.5\n")).toBeNull();
  });
});

describe("figures", () => {
  test("have the names that the server gives its metrics", () => {
    const folder = new URL("../..", import.meta.url);
    const source = readFileSync(
      new URL("web-editor/src/status/metrics/figures.ts", folder),
      "utf8",
    );
    const families = readFileSync(new URL("server/metrics/families.h", folder), "utf8");
    const names = source.match(/"(?:cowrite|process)_\w+"/g) ?? [];
    expect(names.length).toBeGreaterThan(30);
    const ofHistogram = (name: string) => name.replace(/_(?:sum|count|bucket)"$/, '"');
    for (const name of names) expect(families, name).toContain(ofHistogram(name));
  });

  test("are read from an answer, and are unknown where it lacks them", () => {
    const read = figures({ [committed]: 7, cowrite_log_waits_for_disk: 1 });
    expect(read.version).toBe("1.2.3");
    expect(read.counters.operations).toBe(7);
    expect(read.waitsForDisk).toBe(true);
    expect(read.logFailed).toBe(false);
    expect(read.acks).toEqual({ bounds: [0.001, 0.01, Infinity], cumulative: [0, 0, 0] });
    expect(read.loops.map(({ name }) => name)).toEqual(["0", "1"]);
    expect(read.refusals).toEqual(new Map([["ERR_BUSY", 0]]));
    expect(read.connections).toBeNaN();
  });
});

describe("rates", () => {
  test("are differences of counters over the time between", () => {
    const samples = [0, 2000, 4000].map((at) => sample(at, { [committed]: at / 20 }));
    const window = windowUpTo(samples, 2, 10_000);
    expect(window).toHaveLength(3);
    expect(grown(window, operations)).toBe(200);
    expect(perSecond(window, operations)).toBe(50);
  });

  test("are unknown of one sample, and of none", () => {
    expect(perSecond([sample(0)], operations)).toBeNaN();
    expect(perSecond([], operations)).toBeNaN();
    expect(windowUpTo([], 0, 1000)).toEqual([]);
  });

  test("look back as far as the window reaches, and to one earlier sample where they are rare", () => {
    const samples = [0, 2000, 4000, 6000].map((at) => sample(at));
    const times = (end: number, ms: number) => windowUpTo(samples, end, ms).map(({ at }) => at);
    expect(times(3, 4000)).toEqual([2000, 4000, 6000]);
    expect(times(3, 3999)).toEqual([4000, 6000]);
    expect(times(3, 1)).toEqual([4000, 6000]);
    expect(times(1, 1e9)).toEqual([0, 2000]);
  });

  test("do not reach behind a restart, so they are never negative", () => {
    const later = { process_start_time_seconds: 1_700_000_100 };
    const samples = [
      sample(0, { [committed]: 1000 }),
      sample(2000, { [committed]: 1100 }),
      sample(4000, { ...later, [committed]: 10 }),
      sample(6000, { ...later, [committed]: 30 }),
    ];
    const rates = samples.map((_, i) => perSecond(windowUpTo(samples, i, 10_000), operations));
    expect(rates).toEqual([NaN, 50, NaN, 10]);
  });

  test("know a restart by what was sent, where the server cannot tell when it was started", () => {
    const unknown = { process_start_time_seconds: NaN };
    const [less, more] = [{ cowrite_sent_bytes_total: 10 }, { cowrite_sent_bytes_total: 20 }];
    expect(isRestart(figures({ ...unknown, ...less }), figures({ ...unknown, ...more }))).toBe(
      false,
    );
    expect(isRestart(figures({ ...unknown, ...more }), figures({ ...unknown, ...less }))).toBe(
      true,
    );
    expect(isRestart(figures(), figures({ process_start_time_seconds: 1_700_000_001 }))).toBe(true);
  });
});

describe("samples", () => {
  test("of ten minutes are kept, and never more than their bound", () => {
    const samples = new Samples();
    for (let at = 0; at <= 2 * keptMs; at += 10_000) samples.add(sample(at));
    expect(samples.all[0]?.at).toBe(keptMs);
    expect(samples.latest?.at).toBe(2 * keptMs);
    for (let i = 1; i <= 2 * keptMax; i++) samples.add(sample(2 * keptMs + i));
    expect(samples.all).toHaveLength(keptMax);
    expect(samples.latest?.at).toBe(2 * keptMs + 2 * keptMax);
  });

  test("begin anew when the clock was set back", () => {
    const samples = new Samples();
    for (const at of [5000, 7000, 6000, 8000]) samples.add(sample(at));
    expect(samples.all.map(({ at }) => at)).toEqual([6000, 8000]);
  });
});

describe("quantiles", () => {
  const bounds = [1, 2, 4, Infinity];
  const of = (...cumulative: number[]) => ({ bounds, cumulative });

  test("are those of Prometheus' histogram_quantile()", () => {
    expect(quantile(of(0, 10, 10, 10), 0.5)).toBe(1.5);
    expect(quantile(of(10, 10, 10, 10), 0.5)).toBe(0.5);
    expect(quantile(of(2, 6, 10, 10), 0.9)).toBe(3.5);
    expect(quantile(of(2, 6, 10, 10), 1)).toBe(4);
  });

  test("beyond the last bound are that bound, and of nothing are unknown", () => {
    expect(quantile(of(1, 1, 1, 10), 0.99)).toBe(4);
    expect(quantile(of(0, 0, 0, 0), 0.5)).toBeNaN();
    expect(quantile({ bounds: [], cumulative: [] }, 0.5)).toBeNaN();
  });

  test("are of what was counted in the window only", () => {
    const slow = (counts: number[]) =>
      Object.fromEntries(
        ["0.001", "0.01", "+Inf"].map((le, i) => [
          `cowrite_ack_seconds_bucket{le="${le}"}`,
          counts[i] ?? 0,
        ]),
      );
    const window = [sample(0, slow([900, 900, 900])), sample(2000, slow([900, 1000, 1000]))];
    const counted = countedIn(window, ({ acks }) => acks);
    expect(counted?.cumulative).toEqual([0, 100, 100]);
    expect(counted && quantile(counted, 0.5)).toBeCloseTo(0.0055);
    expect(countedIn(window.slice(1), ({ acks }) => acks)).toBeNull();
  });

  test("after a restart are of what was counted since", () => {
    expect(between(of(5, 9, 9, 9), of(1, 2, 3, 3)).cumulative).toEqual([1, 2, 3, 3]);
  });

  test("stay in order where buckets were read while the server counted", () => {
    expect(between(of(5, 5, 5, 5), of(8, 7, 9, 9)).cumulative).toEqual([3, 3, 4, 4]);
  });
});

describe("the lines of a chart", () => {
  const later = { process_start_time_seconds: 1_700_000_100 };

  test("have gaps where nothing is known: at a restart, and while nobody asked", () => {
    const samples = [sample(0), sample(2000), sample(4000, later), sample(4001 + gapMs, later)];
    const timeline = timelineOf(samples);
    expect(timeline.samples).toEqual([0, 1, null, 2, null, 3]);
    expect(timeline.times.slice(0, 4)).toEqual([0, 2, 3, 4]);
    expect(valuesOf(timeline, (i) => (i === 1 ? NaN : i))).toEqual([0, null, null, 2, null, 3]);
  });

  test("have a scale with round ends that seldom changes", () => {
    expect([0.9, 1, 1.1, 3, 999, 0.0042].map((value) => roundedUp(value, 1000))).toEqual([
      1, 1, 2, 5, 1000, 0.005,
    ]);
    expect(roundedUp(3 * 1024, 1024)).toBe(5 * 1024);
    expect(roundScale(1, 1000).range(null, null)).toEqual([0, 1]);
    expect(roundScale(1, 1000).range(0, 130)).toEqual([0, 200]);
    const [begin, end] = decadeScale(0.001, 0.1).range(0.0004, 0.3);
    expect([begin, end]).toEqual([0.0001, 1]);
    expect(decadeScale(0.001, 0.1).ticks(begin, end)).toEqual([0.0001, 0.001, 0.01, 0.1, 1]);
    expect(decadeScale(0.001, 0.1).range(null, null)).toEqual([0.001, 0.1]);
  });
});

describe("the disk", () => {
  const shrinking = (perSecond: number, more: Record<string, number> = {}) =>
    Array.from({ length: 61 }, (_, i) =>
      sample(i * 2000, { cowrite_disk_free_bytes: 1e9 - perSecond * 2 * i, ...more }),
    );

  test("is full when only the reserve is left, at the rate that was seen", () => {
    const when = forecast(shrinking(1e6));
    expect(when.kind).toBe("in");
    expect(when.kind === "in" && when.seconds).toBeCloseTo((1e9 - 120e6 - 1e8) / 1e6, 3);
  });

  test("does not fill if its free space stays, grows, or lasts for years", () => {
    for (const rate of [0, -1e6, 1]) expect(forecast(shrinking(rate))).toEqual({ kind: "never" });
  });

  test("is full already while edits wait, and unlimited for documents in memory", () => {
    expect(forecast(shrinking(1, { cowrite_log_waits_for_disk: 1 }))).toEqual({ kind: "full" });
    expect(forecast(shrinking(1, { cowrite_disk_free_bytes: NaN }))).toEqual({ kind: "unlimited" });
  });

  test("is not judged by a moment", () => {
    const few = shrinking(1e6).filter(({ at }) => at < observedMsMin);
    expect(forecast(few)).toEqual({ kind: "unknown" });
    expect(forecast([])).toEqual({ kind: "unknown" });
  });

  test("has the trend of the line that fits best", () => {
    const noisy = Array.from({ length: 100 }, (_, i) =>
      sample(i * 1000, { cowrite_disk_free_bytes: 5 * i + (i % 2 === 0 ? 1 : -1) }),
    );
    expect(trend(noisy, ({ diskFreeBytes }) => diskFreeBytes)).toBeCloseTo(5, 2);
  });
});

describe("health", () => {
  const health = (changes: Record<string, number>) => healthOf([sample(0), sample(2000, changes)]);

  test("is one sentence when all is well", () => {
    expect(health({})).toEqual({ level: "good", word: "Well", sentence: "The server is well." });
  });

  test("names each problem", () => {
    expect(health({ cowrite_log_failed: 1 }).word).toBe("Disk failed");
    const low = health({ cowrite_log_waits_for_disk: 1, cowrite_disk_free_bytes: 5 << 20 });
    expect(low.sentence).toBe(
      "The disk has 5.00\u00a0MiB free, less than the reserve: edits wait, reading goes on.",
    );
    expect(low.level).toBe("bad");
    expect(health({ 'cowrite_store_stalled{state="stopped"}': 1 }).word).toBe("Writes stopped");
    expect(health({ 'cowrite_store_stalled{state="delayed"}': 1 }).word).toBe("Writes slowed");
    expect(health({ cowrite_client_ahead_requests_total: 1 }).word).toBe("Well"); // Clients can lie.
  });

  test("names the busiest loop, and the longest turn", () => {
    const busy = health({
      'cowrite_loop_turn_cpu_seconds_sum{loop="0"}': 1.82,
      'cowrite_loop_turn_cpu_seconds_sum{loop="1"}': 1.94,
    });
    expect(busy.sentence).toBe("Loop 1 is too busy: it uses 97\u00a0% of a core.");
    expect(health({ 'cowrite_loop_turn_cpu_seconds_sum{loop="0"}': 1.7 }).word).toBe("Well");
    const held = health({ 'cowrite_loop_turn_longest_cpu_seconds{loop="0"}': 1.25 });
    expect(held.sentence).toBe("Loop 0 was held up for 1.25\u00a0s within the last minute.");
  });

  test("says the gravest problem first, and the others behind it", () => {
    const both = health({
      'cowrite_store_stalled{state="stopped"}': 1,
      cowrite_log_failed: 1,
    });
    expect(both.level).toBe("bad");
    expect(both.sentence).toMatch(/^The disk has failed.*Edits wait/);
  });
});

describe("units", () => {
  const plain = (text: string) => text.replaceAll("\u00a0", " ");

  test("of bytes are binary", () => {
    const shown = [0, 1023, 1024, 1_500_000, 78 * 2 ** 30, 1023.7 * 1024, -3 * 2 ** 20, NaN];
    expect(shown.map((value) => plain(units.bytes(value)))).toEqual([
      "0 B",
      "1,023 B",
      "1.00 KiB",
      "1.43 MiB",
      "78.0 GiB",
      "1.00 MiB",
      "−3.00 MiB",
      "–",
    ]);
  });

  test("of times reach from microseconds to days", () => {
    const short = [0, 0.000_047, 0.001, 0.0123, 0.5, 1.25, 0.999_7, NaN];
    expect(short.map((value) => plain(units.seconds(value)))).toEqual([
      "0 ms",
      "47 µs",
      "1.00 ms",
      "12.3 ms",
      "500 ms",
      "1.25 s",
      "1.00 s",
      "–",
    ]);
    const long = [0, 59.9, 60, 200, 3600, 15_120, 86_400, 2 * 86_400 + 4 * 3600 + 59, NaN];
    expect(long.map((value) => plain(units.span(value)))).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "3 min 20 s",
      "1 h",
      "4 h 12 min",
      "1 day",
      "2 days 4 h",
      "–",
    ]);
    const rough = [1, 90, 30 * 3600, 45.7 * 86_400];
    expect(rough.map((value) => plain(units.roughSpan(value)))).toEqual([
      "1 s",
      "90 s",
      "30 h",
      "46 days",
    ]);
  });

  test("of rates and parts", () => {
    expect([0, 0.001, 0.5, 12.34, 1234].map(units.rate)).toEqual([
      "0/s",
      "0/s",
      "0.50/s",
      "12.3/s",
      "1,234/s",
    ]);
    expect(["5.00/s", "2.50 ms", "500 µs", "10.0 KiB", "0.05"].map(units.brief)).toEqual([
      "5/s",
      "2.5 ms",
      "500 µs",
      "10 KiB",
      "0.05",
    ]);
    expect(plain(units.bytesRate(2048))).toBe("2.00 KiB/s");
    expect(plain(units.percent(0.256))).toBe("26 %");
    expect(plain(units.times(1.234))).toBe("1.23 ×");
    expect([units.rate(NaN), units.count(NaN), units.times(Infinity)]).toEqual(["–", "–", "–"]);
  });
});
