// Presence: small to send, moved with the text and passed on to everybody.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { call, Client, insertAt, settled } from "../support/client.js";
import { within } from "../support/deadline.js";
import { commit, creation, kCollection as c } from "../support/documents.js";
import { kTextUri as t } from "../support/text_type.js";
import { attack } from "./support/attack.js";
import { deafs, each, keptPresences, largePresence, presences, upTo } from "./support/kinds.js";
import { kAttackMs, scaled } from "./support/limits.js";

/** Clients that listen to a channel; `heard` counts what they are told. */
async function audience(field, ch, count) {
  const counts = { heard: 0, last: new Map() };
  const listeners = await field.raws(count);
  for (const [index, listener] of listeners.entries()) {
    await listener.request({ a: "ps", ch, seq: 1 });
    listener.socket.removeAllListeners("message");
    listener.socket.on("message", (bytes) => {
      ++counts.heard;
      const { pv } = JSON.parse(bytes);
      if (pv !== undefined) counts.last.set(index, pv);
    });
  }
  return counts;
}

/** Resolves when each of so many listeners has heard this value. */
async function untilHeard(field, counts, listeners, pv) {
  while (counts.last.size < listeners || [...counts.last.values()].some((last) => last < pv)) {
    await field.hold(0.02);
  }
}

describe("presence", () => {
  attack("16 KB of numbers at version 1 of 3,000 records, 5 times", {}, async (field) => {
    const [d, writer] = ["moved", await field.raw()];
    const records = scaled(3_000);
    await commit(writer, d, 0, 1, creation(""));
    for (let v = 1; v < records; ++v) await commit(writer, d, v, v + 1, { op: ["a"] });
    const attacker = await field.raw();
    for (let pv = 1; pv <= 5; ++pv) {
      attacker.send(largePresence(`${c}.${d}`, pv, { c, d, v: 1, t }));
      const answer = await within(attacker.next(), "an answer", kAttackMs);
      assert.equal(answer.pv, pv);
    }
  });

  attack(
    "1,000 of 1 KB to 60 listeners: all are answered, the last is heard by all, and not each by each",
    {},
    async (field) => {
      const [ch, listeners, count] = ["crowded", 60, scaled(1_000)];
      const counts = await audience(field, ch, listeners);
      const joined = counts.heard;
      await presences(field, { ch, count, p: "x".repeat(1_000) });
      await within(untilHeard(field, counts, listeners, count), "the last value", kAttackMs);
      const most = (count * listeners) / 2;
      const heard = counts.heard - joined;
      assert.ok(heard < most, `${heard} deliveries of ${count} values`);
    },
  );

  attack(
    "1,000 calls for everybody's presence: not each is passed on to each of 60",
    {},
    async (field) => {
      const [ch, listeners, count] = ["called", 60, scaled(1_000)];
      const counts = await audience(field, ch, listeners);
      const joined = counts.heard;
      const caller = await field.raw();
      for (const _ of upTo(count)) caller.send({ a: "pr", ch });
      for (const _ of upTo(count)) await within(caller.next(), "an answer", kAttackMs);
      const called = async () => {
        while (counts.heard - joined < listeners) await field.hold(0.02);
      };
      await within(called(), "each is called", kAttackMs);
      await field.hold(0.5);
      const heard = counts.heard - joined;
      assert.ok(heard < (count * listeners) / 2, `${heard} calls passed on for ${count}`);
    },
  );

  attack(
    "64 presences on each of 20 connections, as fast as they go, to 200: all hear the last",
    {},
    async (field) => {
      const [ch, ids, values] = ["many", upTo(64), scaled(60)];
      const counts = await audience(field, ch, 200);
      const senders = await field.raws(20);
      for (let pv = 1; pv <= values; ++pv) {
        for (const sender of senders) {
          for (const id of ids) sender.send({ a: "p", ch, id: `${id} of ${sender.id}`, pv, p: pv });
        }
        for (const sender of senders) {
          for (const _ of ids) await within(sender.next(), "an ack", kAttackMs);
        }
      }
      await within(untilHeard(field, counts, 200, values), "the last value", kAttackMs);
    },
  );

  attack("ends of presences that never were: nobody hears of all of them", {}, async (field) => {
    const [ch, ends] = ["never", scaled(20_000)];
    const counts = await audience(field, ch, 100);
    const joined = counts.heard;
    await each(await field.raws(8), async (sender) => {
      for (let id = 0; id < ends; ++id)
        sender.sendText(`{"a":"p","ch":"${ch}","id":"${id}","pv":1,"p":null}`);
      for (let id = 0; id < ends; ++id) await within(sender.next(), "an ack", kAttackMs);
    });
    const [heard, all] = [counts.heard - joined, 8 * ends * 100];
    assert.ok(heard < all / 2, `${heard} deliveries of ${all}`);
  });

  attack("64 of 16 KB on each of 210 connections, to 20 who do not read", {}, async (field) => {
    const ch = "kept";
    for (const deaf of await deafs(field, 20)) deaf.send({ a: "ps", ch, seq: 1 });
    await keptPresences(field, { connections: scaled(210), ch });
  });

  attack("a version that will never be: sharedb clients do not fetch for it", {}, async (field) => {
    const [d, operations] = ["ahead", 40];
    const [ann, bob] = [await Client.connect(field.server), await Client.connect(field.server)];
    const mine = await ann.create(d, "");
    const theirs = await bob.subscribe(d);
    const presence = bob.connection.getDocPresence(c, d);
    await call(presence, "subscribe");
    const attacker = await field.raw();
    const v = 2 ** 53 - 1;
    for (const id of ["one", "two", "three"]) {
      const message = { a: "p", ch: `${c}.${d}`, id, p: { index: 0 }, pv: 1, c, d, v, t };
      const answer = await attacker.request(message);
      assert.equal(answer.pv, 1);
    }
    const before = (await field.metrics()).cowrite_received_messages_total;
    const innocent = await field.metrics();
    for (let at = 0; at < operations; ++at) await insertAt(mine, 0, "a");
    await settled(mine);
    const after = await field.metrics();
    const acknowledged = 'cowrite_operations_total{outcome="committed"}';
    const committed = after[acknowledged] - innocent[acknowledged];
    const opened = after.cowrite_documents_opened_total - innocent.cowrite_documents_opened_total;
    const received = after.cowrite_received_messages_total - before;
    // What the innocent asks meanwhile is known: an operation each, and an opening now and then.
    const fetches = received - committed - opened;
    assert.ok(fetches <= operations / 2, `${fetches} fetches for ${operations} operations`);
    assert.deepEqual(ann.errors.concat(bob.errors), []);
    assert.ok(theirs.version > 0);
    ann.drop();
    bob.drop();
  });

  attack("another's presence cannot be taken back or replaced", {}, async (field) => {
    const ch = "shared";
    const [listener, victim, attacker] = await field.raws(3);
    await listener.request({ a: "ps", ch, seq: 1 });
    const shown = { a: "p", ch, id: "victim", p: "here", pv: 1 };
    await victim.request(shown);
    const { src } = await listener.receive();
    for (const p of ["forged", null]) {
      const forged = { ...shown, src, p, pv: 2 ** 53 - 2 };
      await attacker.request(forged);
    }
    await victim.request({ ...shown, p: "there", pv: 2 });
    const heard = [];
    do heard.push(await listener.receive());
    while (heard.at(-1).p !== "there");
    assert.equal(JSON.stringify(heard.slice(0, -1)), "[]");
  });

  attack(
    "a new greeting between two presences: each is taken back under its own name",
    {},
    async (field) => {
      const ch = "renamed";
      const [listener, attacker] = await field.raws(2);
      await listener.request({ a: "ps", ch, seq: 1 });
      let expected = 0;
      for (const id of ["one", "two", "three", "four"]) {
        await attacker.request({ a: "hs", id: `renamed-${id}`, protocol: 1, protocolMinor: 2 });
        const answer = await attacker.request({ a: "p", ch, id, p: "here", pv: 1 });
        if (!answer.error) ++expected;
      }
      attacker.drop();
      const shown = new Set();
      for (let gone = 0; gone < expected;) {
        const { src, id, p } = await listener.receive();
        const name = `${src} ${id}`;
        if (p !== null) shown.add(name);
        else assert.ok(shown.delete(name), `${name} was taken back, and not shown`);
        gone += p === null;
      }
      assert.equal(shown.size, 0);
    },
  );
});
