// No attack, but crowds that type, come back or open at once: nobody of them is refused for what
// attackers must not do.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { describe } from "node:test";
import { promisify } from "node:util";
import { within } from "../support/deadline.js";
import { kCollection as c, opMessage } from "../support/documents.js";
import { sum } from "../support/metrics.js";
import { kBin } from "../support/server.js";
import { attack } from "./support/attack.js";
import { times } from "./support/kinds.js";
import { kAttackMs, scaled } from "./support/limits.js";
import { importHistory, makeText } from "./support/texts.js";

const kText = "read-by-a-class";
const kLetters = scaled(2 << 20);
const kHistory = "long-history";
const kRecords = 5_000;

async function classroom({ server }) {
  await makeText(server, kText, "x", kLetters);
  const records = times(kRecords, () => ({ op: ["letters "] }));
  await importHistory(server, kHistory, [{ create: "" }, ...records]);
}

/** Nobody was answered with an error, refused or dropped. */
function checkUnhindered(counted) {
  assert.equal(sum(counted, "cowrite_refusals_total"), 0, "errors");
  assert.equal(sum(counted, "cowrite_connections_refused_total"), 0, "refused connections");
  assert.equal(sum(counted, "cowrite_connections_ended_total"), 0, "ended connections");
}

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
    checkUnhindered(await field.metrics());
  });

  attack(
    "100 who open a text of 2 MiB at once: each has it",
    { prepare: classroom },
    async (field) => {
      const people = await field.raws(scaled(100));
      for (const one of people) one.send({ a: "s", c, d: kText, v: null });
      for (const one of people) {
        const { data } = await within(one.next(), "the text", kAttackMs);
        assert.equal(data.data.length, kLetters);
      }
      checkUnhindered(await field.metrics());
    },
  );

  attack(
    "100 who come back 2,000 records behind, each with an edit: each is accepted",
    { prepare: classroom },
    async (field) => {
      const people = await field.raws(scaled(100));
      const behind = kRecords + 1 - 2_000;
      for (const one of people) one.send(opMessage(kHistory, behind, 1, { op: ["z"] }));
      for (const one of people) {
        let message;
        do message = await within(one.next(), "an ack", kAttackMs);
        while (message.op !== undefined);
        assert.equal(message.error, undefined);
      }
      checkUnhindered(await field.metrics());
    },
  );
});
