// No attack, but crowds that type, come back or open at once: nobody of them is refused for what
// attackers must not do.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { describe } from "node:test";
import { promisify } from "node:util";
import { within } from "../support/deadline.js";
import { commit, creation, kCollection as c, opMessage } from "../support/documents.js";
import { sum } from "../support/metrics.js";
import { kBin } from "../support/server.js";
import { kTextUri as t } from "../support/text_type.js";
import { attack } from "./support/attack.js";
import { times } from "./support/kinds.js";
import { kAttackMs, scaled } from "./support/limits.js";
import { importHistory, makeText } from "./support/texts.js";

const kAudience = scaled(3_000);
const kPerAddress = 1_000;
const kWriters = 4;
const kEditsOfEach = 10;

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

/** Follows a document and its presences; resolves when the record and the presence that are last have come. */
async function follow(raw, d, last) {
  raw.send({ a: "s", c, d, v: null });
  let next = (await within(raw.next(), "the text", kAttackMs)).data.v;
  raw.send({ a: "ps", ch: `${c}.${d}`, seq: 1 });
  let cursor = 0;
  return async () => {
    while (next < last || cursor < last) {
      const message = await within(raw.next(), "what is new", kAttackMs);
      assert.equal(message.error, undefined);
      if (message.op) assert.equal(message.v, next++);
      if (message.a === "p") cursor = Math.max(cursor, message.v);
      assert.ok(cursor <= next, "a presence before the text that it is in");
    }
  };
}

/** Types at the end of a document that others type in. */
async function type(raw, d, number) {
  for (let edit = 1, v = 1; edit <= kEditsOfEach; ++edit) {
    const answer = await raw.submit(opMessage(d, v, edit + 1, { op: ["x"] }));
    assert.equal(answer.error, undefined);
    v = answer.v + 1;
    const cursor = { id: `cursor-${number}`, p: { index: 0 }, pv: edit, c, d, v, t };
    raw.send({ a: "p", ch: `${c}.${d}`, ...cursor });
    assert.equal((await within(raw.next(), "the ack", kAttackMs)).pv, edit);
  }
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
    "3,000 who follow a document and 4 who type in it: each is told of all of it in order",
    {},
    async (field) => {
      const d = "lecture";
      const writers = await field.raws(kWriters);
      await commit(writers[0], d, 0, 1, creation(""));
      const audience = [];
      for (let first = 0; first < kAudience; first += kPerAddress) {
        const socket = { localAddress: `127.0.0.${3 + first / kPerAddress}` };
        audience.push(...(await field.raws(Math.min(kPerAddress, kAudience - first), { socket })));
      }
      const last = 1 + kWriters * kEditsOfEach;
      const told = await Promise.all(audience.map((raw) => follow(raw, d, last)));
      const typed = writers.map((raw, number) => type(raw, d, number));
      await Promise.all([...told.map((one) => one()), ...typed]);
      checkUnhindered(await field.metrics());
    },
  );

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
