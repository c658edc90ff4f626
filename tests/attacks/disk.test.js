// The disk: what it must take for each byte that is sent, and what waits while it is nearly full.

import assert from "node:assert/strict";
import { symlink, writeFile, readFile, rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { within } from "../support/deadline.js";
import { commit, creation, opMessage } from "../support/documents.js";
import { when } from "../support/metrics.js";
import { Server } from "../support/server.js";
import { attack } from "./support/attack.js";
import { deafs, each, times, upTo } from "./support/kinds.js";
import { kAttackMs, scaled } from "./support/limits.js";
import { makeNoise } from "./support/texts.js";

const kMiB = 1 << 20;
const kTypists = 25;
const kText = "long-text";
const kManyComponents = 262_144; // As many as an operation may have.
const kWaitingDocuments = 50;
const kRounds = 15;
const kSmallPerConnection = 120; // A few fewer than one may have unanswered.
const kCommitted = 'cowrite_operations_total{outcome="committed"}';

// What is written may be so many times what is sent, and what a quiet server writes beside it: a
// small operation has a record, its keys, and a part of a block of the log that is synced.
const kWrittenPerSent = 16;
const kWrittenBeside = 48 * kMiB;

const longText = ({ server }) => makeNoise(server, kText, scaled(15 * kMiB));

/** Inserts letters one by one at the beginning, each as soon as the last is acknowledged. */
async function type(raw, d, v, letters) {
  for (let seq = 1; seq <= letters; ++seq) {
    raw.send(opMessage(d, v, seq, { op: ["a"] }));
    for (;;) {
      const message = await within(raw.next(), "an ack", kAttackMs);
      assert.equal(message.error, undefined);
      v = message.v + 1;
      if (message.op === undefined) break;
    }
  }
}

/** Documents of a letter each; resolves to their ids. */
async function smallDocuments(field) {
  const maker = await field.raw();
  const ids = times(kWaitingDocuments, (index) => `small-${index}`);
  for (const [index, id] of ids.entries()) await commit(maker, id, 0, index + 1, creation("x"));
  return ids;
}

async function fillDisk(field) {
  await field.disk.fill(16 * kMiB);
  await when(field.server, "edits wait", (now) => now.cowrite_log_waits_for_disk === 1);
}

/** As many small operations as a connection may have unanswered, on one document after the other. */
function submitSmall(attacker, ids, first) {
  for (const number of upTo(kSmallPerConnection)) {
    const d = ids[(first + number) % ids.length];
    attacker.send(opMessage(d, 1, number + 1, { op: ["left"] }));
  }
}

describe("the disk", () => {
  attack(
    "8,000 letters, one by one, into a text of 15 MiB",
    { prepare: longText },
    async (field) => {
      const version = 1 + Math.ceil(scaled(15 * kMiB) / kMiB);
      const typists = await field.raws(kTypists);
      const before = field.writtenBytes;
      await Promise.all(typists.map((raw) => type(raw, kText, version, scaled(8_000) / kTypists)));
      const sent = (await field.metrics()).cowrite_received_bytes_total;
      const written = field.writtenBytes - before;
      const most = kWrittenPerSent * sent + kWrittenBeside;
      assert.ok(written < most, `${written} bytes were written for ${sent} that were sent`);
    },
  );

  attack("12 connections submit while the disk is nearly full", { diskMiB: 400 }, async (field) => {
    // JSON of 3 bytes makes a component, which takes the server many more.
    const op = times(kManyComponents, (index) => (index % 2 ? "a" : 1));
    const text = "x".repeat(kManyComponents / 2);
    const attackers = await deafs(field, scaled(12));
    for (const [index, attacker] of attackers.entries()) {
      attacker.send(opMessage(`waiting-${index}`, 0, 1, creation(text)));
    }
    const created = (now) => now[kCommitted] >= attackers.length + 1;
    await when(field.server, "the documents are there", created);
    await fillDisk(field);
    await each(attackers.entries(), async ([index, attacker]) => {
      for (const seq of times(10, (number) => number + 2)) {
        attacker.send(opMessage(`waiting-${index}`, 1, seq, { op }));
      }
    });
    await field.hold(3);
    await field.disk.empty();
  });

  attack(
    "1,000 connections submit the densest operations while the disk is nearly full",
    { diskMiB: 400 },
    async (field) => {
      // As many components as go into a message that needs no room, and into one that does.
      const small = times(1_300, (index) => (index % 2 ? "a" : 1));
      const large = times(13_000, (index) => (index % 2 ? "a" : 1));
      const attackers = await deafs(field, scaled(1_000));
      const ids = times(kWaitingDocuments, (index) => `waiting-${index}`);
      for (const [index, id] of ids.entries()) {
        attackers[0].send(opMessage(id, 0, index + 1, creation("x".repeat(large.length / 2))));
      }
      const created = (now) => now[kCommitted] >= ids.length + 1;
      await when(field.server, "the documents are there", created);
      await fillDisk(field);
      await each(attackers.entries(), async ([index, attacker]) => {
        const op = index % 4 ? small : large;
        for (const number of times(op === small ? 20 : 4, (next) => next + 1)) {
          const d = ids[(index + number) % ids.length];
          attacker.send(opMessage(d, 1, ids.length + number, { op }));
        }
      });
      await field.hold(3);
      await field.disk.empty();
      await field.hold(5); // What has waited is answered, and nobody reads it.
    },
  );

  attack(
    "900 connections submit 120 small operations each while the disk is nearly full",
    { diskMiB: 400 },
    async (field) => {
      const ids = await smallDocuments(field);
      await fillDisk(field);
      const attackers = await deafs(field, scaled(900));
      for (const [index, attacker] of attackers.entries()) submitSmall(attacker, ids, index);
      await field.hold(3);
      await field.disk.empty();
      await field.hold(3);
    },
  );

  attack(
    "300 connections at a time submit, go and come again while the disk is nearly full",
    { diskMiB: 400 },
    async (field) => {
      const ids = await smallDocuments(field);
      await fillDisk(field);
      for (const round of upTo(scaled(kRounds))) {
        const attackers = await field.raws(300);
        await each(attackers.entries(), async ([index, attacker]) => {
          submitSmall(attacker, ids, round + index);
          attacker.send({ a: "pp" });
          await attacker.next(); // All of it has arrived.
          attacker.socket.terminate();
        });
      }
      await field.disk.empty();
      await field.hold(3);
    },
  );

  it("the mark of a closed folder is not written through a link", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "cowrite-attack-"));
    t.after(() => rm(folder, { recursive: true }));
    const target = path.join(folder, "target");
    await writeFile(target, "not to be touched");
    const server = await Server.start();
    t.after(() => server.dispose());
    await symlink(target, path.join(server.data, "CLOSED"));
    await server.stop();
    assert.equal(await readFile(target, "utf8"), "not to be touched");
  });
});
