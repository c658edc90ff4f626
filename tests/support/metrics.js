// What a server that was started with --metrics-listen counts.

import assert from "node:assert/strict";
import { kDeadlineMs } from "./deadline.js";

/** Where it serves them. */
export const metricsUrl = (server) => /serves metrics on (\S+)/.exec(server.output)[1];

/** The text of a scrape. */
export async function scrape(server) {
  const response = await fetch(metricsUrl(server));
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
  return response.text();
}

/** The values of a scrape, by name and labels as they stand there. */
export async function read(server) {
  const lines = (await scrape(server)).split("\n").filter((line) => line && line[0] !== "#");
  return Object.fromEntries(
    lines.map((line) => {
      const [, series, value] = /^(.*) (\S+)$/.exec(line);
      return [series, Number(value)];
    }),
  );
}

/** The sum of all series of a metric. */
export const sum = (values, name) =>
  Object.entries(values)
    .filter(([series]) => series.split("{")[0] === name)
    .reduce((total, [, value]) => total + value, 0);

/** Resolves to the values of the first scrape that the condition holds for. */
export async function when(server, what, condition, deadlineMs = kDeadlineMs) {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const values = await read(server);
    if (condition(values)) return values;
    assert.ok(Date.now() < deadline, `not within ${deadlineMs} ms: ${what}`);
  }
}

/** The bound below which that part of a histogram's values lies, 0 if there are none. */
export function quantile(values, name, part) {
  const buckets = Object.entries(values)
    .filter(([series]) => series.startsWith(`${name}_bucket{`))
    .map(([series, count]) => [
      Number(/le="([^"]+)"/.exec(series)[1].replace("+Inf", "Infinity")),
      count,
    ])
    .sort(([one], [two]) => one - two);
  const wanted = part * (buckets.at(-1)?.[1] ?? 0);
  return wanted === 0 ? 0 : buckets.find(([, count]) => count >= wanted)[0];
}
