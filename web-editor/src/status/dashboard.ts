// The dashboard: shows what the samples say.
import { byId } from "../common/element";
import { Chart, type ChartOptions } from "./chart";
import { forecast, trend, type Forecast } from "./metrics/disk";
import type { Counters, Figures, Loop } from "./metrics/figures";
import { lastFiniteBound, quantile, totalOf, type Histogram } from "./metrics/histogram";
import { timelineOf, valuesOf, type Timeline } from "./metrics/lines";
import { countedIn, grown, perSecond, windowUpTo, type Sample } from "./metrics/samples";
import { decadeScale, roundScale } from "./metrics/scale";
import * as units from "./metrics/units";
import { showRows, type Row } from "./tables";

type Samples = readonly Sample[];

const rateWindowMs = 10_000;
const latencyWindowMs = 30_000;
const refusalWindowMs = 60_000;

const latestWindow = (samples: Samples, ms: number) => windowUpTo(samples, samples.length - 1, ms);
export const rateWindow = (samples: Samples) => latestWindow(samples, rateWindowMs);

const counter = (name: keyof Counters) => (figures: Figures) => figures.counters[name];
const rateOf = (window: Samples, name: keyof Counters) => perSecond(window, counter(name));
const acks = (figures: Figures) => figures.acks;
const syncs = (figures: Figures) => figures.syncs;
const refusedTotal = ({ refusals }: Figures) =>
  [...refusals.values()].reduce((all, count) => all + count, 0);

// ---- Numbers

// A figure may stand in several places.
function show(figure: string, text: string): void {
  for (const node of document.querySelectorAll(`[data-figure="${figure}"]`))
    if (node.textContent !== text) node.textContent = text;
}

function showProcess({ version, startedAtSeconds }: Figures, at: number): void {
  show("version", version);
  show("uptime", units.span(at / 1000 - startedAtSeconds));
}

function showBusy(figures: Figures, window: Samples): void {
  show("operations", units.rate(rateOf(window, "operations")));
  show("connections", units.count(figures.connections));
  show("subscriptions", units.count(figures.subscriptions));
  show("presences", units.count(figures.presences));
  show("documents", units.count(figures.documents));
  show("connections-opened", units.rate(rateOf(window, "connectionsOpened")));
  show("documents-opened", units.rate(rateOf(window, "documentsOpened")));
  show("responses", units.rate(rateOf(window, "responses")));
  show("cache-bytes", units.bytes(figures.cacheBytes));
  show("resident-bytes", units.bytes(figures.residentBytes));
  show("processor", units.percent(rateOf(window, "processorSeconds")));
  const part = figures.documentBytes / figures.documentBytesMax;
  show("document-bytes", units.bytes(figures.documentBytes));
  show("document-bytes-max", units.bytes(figures.documentBytesMax));
  show("document-part", units.percent(part));
  byId("document-gauge", HTMLElement).style.setProperty("--part", String(part || 0));
}

// Beyond the last bound of its buckets a histogram does not tell how long something took.
function latency(counted: Histogram | null, part: number): string {
  if (!counted) return units.unknown;
  const value = quantile(counted, part);
  return `${value === lastFiniteBound(counted) ? "≥ " : ""}${units.seconds(value)}`;
}

function showSlow(figures: Figures, samples: Samples): void {
  const counted = countedIn(latestWindow(samples, latencyWindowMs), acks);
  show("ack-p50", latency(counted, 0.5));
  show("ack-p99", latency(counted, 0.99));
  show("send-queue", units.bytes(figures.sendQueueBytes));
  show("log-queue", units.bytes(figures.logQueueBytes));
  show("reads-waiting", units.count(figures.readsWaiting));
}

function showLog(window: Samples): void {
  const syncsPerSecond = perSecond(window, (figures) => totalOf(figures.syncs));
  show("syncs", units.rate(syncsPerSecond));
  show("operations-per-sync", units.decimal(rateOf(window, "operations") / syncsPerSecond));
  show("record-bytes", units.bytesRate(rateOf(window, "recordBytes")));
}

function forecastText(when: Forecast): string {
  switch (when.kind) {
    case "unlimited":
      return "no disk";
    case "full":
      return "now";
    case "unknown":
      return "not known yet";
    case "never":
      return "not at this rate";
    case "in":
      return `in ${units.roughSpan(when.seconds)}`;
  }
}

const hourly = (perSecond: number) =>
  Number.isFinite(perSecond) ? `${units.bytes(perSecond * 3600)}/h` : "not known yet";

function showDisk(figures: Figures, samples: Samples): void {
  const { diskFreeBytes, diskReserveBytes, counters } = figures;
  show("disk-free", units.bytes(diskFreeBytes));
  show("disk-reserve", units.bytes(diskReserveBytes));
  show("disk-left", units.bytes(Math.max(0, diskFreeBytes - diskReserveBytes)));
  show("disk-change", hourly(trend(samples, (at) => at.diskFreeBytes)));
  show("disk-full", forecastText(forecast(samples)));
  show("store-bytes", units.bytes(figures.storeBytes));
  show("store-change", hourly(trend(samples, (at) => at.storeBytes)));
  show("amplification", units.times(counters.writtenBytes / counters.recordBytes));
  show("compaction-debt", units.bytes(figures.compactionDebtBytes));
  show("stalls-delayed", units.count(figures.stalls.get("delayed") ?? NaN));
  show("stalls-stopped", units.count(figures.stalls.get("stopped") ?? NaN));
}

// ---- Tables

const reasons: Record<string, string> = {
  invalid: "sent something invalid",
  restart: "were to be opened anew",
  overload: "the server had too much to do",
  unresponsive: "did not answer",
  slow_reader: "did not read",
  refused_total: "refused: too many in total",
  refused_address: "refused: too many from one address",
};

// What happened at all: what happened most in the last minute comes first.
function countedRows(window: Samples, counts: (figures: Figures) => Map<string, number>): Row[] {
  const figures = window.at(-1)?.figures;
  const happened = [...(figures ? counts(figures) : [])].filter(([, total]) => total > 0);
  return happened
    .map(([name, total]) => ({
      name,
      total,
      lately: grown(window, (at) => counts(at).get(name) ?? 0),
    }))
    .sort(
      (a, b) =>
        (b.lately || 0) - (a.lately || 0) || b.total - a.total || a.name.localeCompare(b.name),
    )
    .map(({ name, total, lately }) => ({ name, cells: [units.count(lately), units.count(total)] }));
}

function showTable(id: string, rows: Row[]): void {
  showRows(id, rows);
  byId(id, HTMLTableElement).hidden = rows.length === 0;
  byId(`no-${id}`, HTMLElement).hidden = rows.length > 0;
}

function showRefused(figures: Figures, samples: Samples): void {
  const window = latestWindow(samples, refusalWindowMs);
  show("refused", units.count(grown(window, refusedTotal)));
  show("refused-total", units.count(refusedTotal(figures)));
  showTable(
    "refusals",
    countedRows(window, ({ refusals }) => refusals),
  );
  const ended = countedRows(window, ({ endedConnections }) => endedConnections);
  showTable(
    "ended",
    ended.map(({ name, cells }) => ({ name: reasons[name] ?? name, cells })),
  );
}

function showLoops({ loops }: Figures, window: Samples): void {
  const rows = loops.map(({ name, longestTurnSeconds }, i) => {
    const use = perSecond(window, (at) => at.loops[i]?.processorSeconds ?? NaN);
    return { name, cells: [units.percent(use), units.seconds(longestTurnSeconds)] };
  });
  showRows("loops", rows);
}

// ---- Charts

const ofRates = { format: units.rate, scale: roundScale(1, 1000) };
const ofBytes = { format: units.bytesRate, scale: roundScale(1024, 1024) };
const ofTurns = { format: units.seconds, scale: roundScale(0.001, 1000) };
// p50 and p99 are often far apart, and both matter.
const ofLatencies = { format: units.seconds, scale: decadeScale(0.0001, 0.01) };

const chart = (name: string, title: string, options: Omit<ChartOptions, "title">) =>
  new Chart(byId(`chart-${name}`, HTMLElement), { title, ...options });

const loopColor = (loop: number) => `--peer-${loop % 10}`;

export class Dashboard {
  private readonly operations = chart("operations", "Operations", ofRates);
  private readonly messages = chart("messages", "Messages", ofRates);
  private readonly bytes = chart("bytes", "Bytes", ofBytes);
  private readonly acks = chart("acks", "Ack of an operation", ofLatencies);
  private readonly syncs = chart("syncs", "Sync of the log", ofLatencies);
  private readonly turns = chart("turns", "Longest turn of a loop", ofTurns);

  show(samples: Samples): void {
    const latest = samples.at(-1);
    if (!latest) return;
    const { figures, at } = latest;
    showProcess(figures, at);
    showBusy(figures, rateWindow(samples));
    showSlow(figures, samples);
    showLog(rateWindow(samples));
    showLoops(figures, rateWindow(samples));
    showRefused(figures, samples);
    showDisk(figures, samples);
    this.showCharts(samples);
  }

  // The colours of the page have changed.
  redraw(): void {
    for (const each of [this.operations, this.messages, this.bytes]) each.redraw();
    for (const each of [this.acks, this.syncs, this.turns]) each.redraw();
  }

  private showCharts(samples: Samples): void {
    const timeline = timelineOf(samples);
    const rates = (name: keyof Counters) =>
      valuesOf(timeline, (i) => rateOf(windowUpTo(samples, i, rateWindowMs), name));
    this.operations.update(timeline.times, [
      { label: "committed", color: "--accent", values: rates("operations") },
    ]);
    this.messages.update(timeline.times, [
      { label: "in", color: "--second", values: rates("messagesReceived") },
      { label: "out", color: "--accent", values: rates("messagesSent") },
    ]);
    this.bytes.update(timeline.times, [
      { label: "in", color: "--second", values: rates("bytesReceived") },
      { label: "out", color: "--accent", values: rates("bytesSent") },
    ]);
    showLatency(this.acks, samples, timeline, acks);
    showLatency(this.syncs, samples, timeline, syncs);
    this.turns.update(
      timeline.times,
      (samples.at(-1)?.figures.loops ?? []).map(({ name }: Loop, loop) => ({
        label: `loop ${name}`,
        color: loopColor(loop),
        values: valuesOf(
          timeline,
          (i) => samples[i]?.figures.loops[loop]?.longestTurnSeconds ?? NaN,
        ),
      })),
    );
  }
}

function showLatency(
  shown: Chart,
  samples: Samples,
  timeline: Timeline,
  histogram: (figures: Figures) => Histogram,
): void {
  const counted = samples.map((_, i) =>
    countedIn(windowUpTo(samples, i, latencyWindowMs), histogram),
  );
  const values = (part: number) =>
    valuesOf(timeline, (i) => {
      const window = counted[i];
      return window ? quantile(window, part) : NaN;
    });
  shown.update(timeline.times, [
    { label: "p50", color: "--second", values: values(0.5) },
    { label: "p99", color: "--accent", values: values(0.99) },
  ]);
}
