// No attack: a crowd that types, and another whose connections all break and come back at once.
// Nobody of it is refused for what attackers must not do.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { describe } from "node:test";
import { promisify } from "node:util";
import { sum } from "../support/metrics.js";
import { kBin } from "../support/server.js";
import { attack } from "./support/attack.js";
import { scaled } from "./support/limits.js";

const kLong = ["--seconds", "5", "--warmup", "1", "--patience", "60"];

/** Runs cowrite-load; resolves to its report. */
async function load(field, args) {
  const program = path.join(kBin, "cowrite-load");
  const { stdout } = await promisify(execFile)(program, [
    ...args,
    ...kLong,
    ...["--server", field.server.url, "--json"],
  ]);
  return JSON.parse(stdout);
}

describe("a crowd", () => {
  attack("300 typists, and 200 who reconnect at once: nobody is refused", {}, async (field) => {
    const people = (count, documents) => [
      "typists",
      ...["--people", String(scaled(count)), "--documents", String(scaled(documents))],
    ];
    const reports = await Promise.all([
      load(field, people(300, 60)),
      load(field, [
        ...people(200, 40),
        "--collection",
        "comers",
        "--reconnect",
        "2",
        "--reconnect-together",
      ]),
    ]);
    for (const report of reports) assert.equal(report.verified, true);
    const counted = await field.metrics();
    assert.equal(sum(counted, "cowrite_refusals_total"), 0, "errors");
    assert.equal(sum(counted, "cowrite_connections_refused_total"), 0, "refused connections");
    assert.equal(sum(counted, "cowrite_connections_ended_total"), 0, "ended connections");
  });
});
