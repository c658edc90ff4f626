// Following: what each connection may do is small, and a thousand do it.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { within } from "../support/deadline.js";
import { commit, creation, kCollection as c } from "../support/documents.js";
import { RawClient } from "../support/raw_client.js";
import { attack } from "./support/attack.js";
import { deafs, each, largePresence, times, upTo } from "./support/kinds.js";
import { kAttackMs, kInnocentAddress, scaled } from "./support/limits.js";

const kConnections = 1_000;
const kDocuments = 1_024; // As many as a bulk request may name.
const kChannels = 200;
const kLargePresences = 8; // As many as wait for their turn.

const kRead = 1_000; // Letters of a document.
const readId = (number) => `read-${number}`;

async function smallDocuments({ server }) {
  const writer = await RawClient.connect(server);
  for (const number of upTo(kDocuments)) {
    await commit(writer, readId(number), 0, number + 1, creation("x".repeat(kRead)));
  }
}

const followedId = (connection) => (number) => `followed-${connection}-${number}`;

/** Somebody else, who opens a document, listens to a channel and shows a cursor: all is answered. */
async function comeByChance(field) {
  const comer = await RawClient.connect(field.server, {
    socket: { localAddress: kInnocentAddress },
  });
  comer.send({ a: "s", c, d: "opened-by-chance", v: null });
  comer.send({ a: "ps", ch: "met-by-chance", seq: 1 });
  comer.send({ a: "p", ch: "met-by-chance", id: "cursor", pv: 1, p: 7 });
  for (const _ of upTo(3)) {
    const { error } = await within(comer.next(), "an answer to a comer", kAttackMs);
    assert.equal(error, undefined);
  }
}

/** Each of the attackers sends these, and takes so many answers; resolves to how many are errors. */
async function ask(attackers, requestsOf) {
  let refused = 0;
  await each(attackers.entries(), async ([index, attacker]) => {
    const requests = requestsOf(index);
    for (const request of requests) attacker.send(request);
    for (const _ of requests) {
      const { error } = await within(attacker.next(), "an answer to an attacker", kAttackMs);
      if (error) ++refused;
    }
  });
  return refused;
}

describe("following", () => {
  attack(
    "1,000 connections follow 1,024 documents each by one message; others are not refused",
    {},
    async (field) => {
      const attackers = await field.raws(scaled(kConnections));
      const requestsOf = (index) => [{ a: "bs", c, b: times(kDocuments, followedId(index)) }];
      const refused = await ask(attackers, requestsOf);
      assert.ok(refused > 0 && refused < attackers.length, `${refused} were refused`);
      await comeByChance(field);
    },
  );

  attack(
    "1,000 connections follow 20 documents each, one by one; others are not refused",
    {},
    async (field) => {
      const attackers = await field.raws(scaled(kConnections));
      const each = Math.round(20_000 / attackers.length); // Fewer connections follow more each.
      const requestsOf = (index) =>
        times(each, (number) => ({ a: "s", c, d: followedId(index)(number), v: null }));
      const refused = await ask(attackers, requestsOf);
      assert.ok(refused > 0, "nobody was refused");
      await comeByChance(field);
    },
  );

  attack(
    "1,000 connections listen to 200 channels each; others are not refused",
    {},
    async (field) => {
      const attackers = await field.raws(scaled(kConnections));
      const requestsOf = (index) =>
        times(kChannels, (seq) => ({ a: "ps", ch: `listened-${index}-${seq}`, seq }));
      const refused = await ask(attackers, requestsOf);
      assert.ok(refused > 0, "nobody was refused");
      await comeByChance(field);
    },
  );

  attack(
    "1,000 connections announce presences of 16 KB, on channels and of documents",
    {},
    async (field) => {
      const attackers = await field.raws(scaled(kConnections));
      await ask(attackers, (index) =>
        times(kLargePresences, (number) => {
          const d = followedId(index)(number);
          const of = number % 2 ? { c, d, v: 0 } : {};
          return { ...largePresence(`${c}.${d}`, 1, of), id: `large-${number}` };
        }),
      );
      await comeByChance(field);
    },
  );

  attack(
    "1,000 connections fetch 1,024 documents each by one message, and read nothing",
    { prepare: smallDocuments },
    async (field) => {
      const b = times(kDocuments, readId);
      for (const attacker of await deafs(field, scaled(kConnections))) {
        attacker.send({ a: "bf", c, b });
      }
      await field.hold(3);
      await comeByChance(field);
    },
  );

  attack(
    "1,000 connections fetch 1,024 documents that never were, read nothing, and leave them",
    {},
    async (field) => {
      const attackers = await deafs(field, scaled(kConnections));
      for (const [index, attacker] of attackers.entries()) {
        const b = times(kDocuments, (number) => `${followedId(index)(number)}${"-".repeat(180)}`);
        for (const a of ["bf", "bu"]) attacker.send({ a, c, b });
      }
      await field.hold(3);
      await comeByChance(field);
    },
  );
});
