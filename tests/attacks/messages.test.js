// The cost of one message: small or long, it never stops the loop.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { within } from "../support/deadline.js";
import { commit, creation, kCollection as c, opMessage } from "../support/documents.js";
import { Random, kSeed } from "../support/random.js";
import { attack } from "./support/attack.js";
import { collidingIds } from "./support/collisions.js";
import {
  kJsonRequestKinds,
  kJsonShapes,
  lateOperations,
  longMessage,
  times,
  upTo,
} from "./support/kinds.js";
import { kAttackMs, scaled } from "./support/limits.js";
import { importHistory } from "./support/texts.js";

const kManyComponents = 262_144; // As many as an operation may have.
// It is seven times as much where they collide; the innocent's part is in it, too.
const kMostTimes = 2;
const kNoiseSeconds = 0.2;
const kMany = "records-of-many-components";
const kLong = "long-history";
const kLongRecords = 15_000;

function recordsOfManyComponents({ server }) {
  const op = times(kManyComponents, (index) => (index % 2 ? "a" : 1));
  return importHistory(server, kMany, [
    { create: "x".repeat(kManyComponents / 2) },
    ...times(12, () => ({ op })),
  ]);
}

const longHistory = ({ server }) =>
  importHistory(server, kLong, [
    { create: "" },
    ...times(kLongRecords, () => ({ op: ["w".repeat(160)] })),
  ]);

/** The processor time of the loop so far, in seconds. */
const loopSeconds = async (field) =>
  (await field.metrics())['cowrite_loop_turn_cpu_seconds_sum{loop="0"}'];

/** A document for each round, so that the second does not pay for what the first left. */
const crowdedId = (round) => `crowded-${round}`;

/** What attackers may name as they like: how the server keys it, and a message that makes one. */
const kNamed = {
  "ids of documents": [`${c}.`, (d, seq) => opMessage(d, 0, seq, creation(""))],
  sources: [
    "",
    (src, _, round) => ({ ...opMessage(crowdedId(round), null, 1, { op: ["a"] }), src }),
  ],
  "presence channels": ["", (ch, seq) => ({ a: "ps", ch, seq })],
};
const kNamesPerConnection = 2_000;

/** Sends a message for each name, many at a time, and returns what it took the loop. */
async function timeNames(field, names, message, round) {
  const clients = await field.raws(Math.ceil(names.length / kNamesPerConnection));
  const before = await loopSeconds(field);
  for (const [index, name] of names.entries()) {
    clients[index % clients.length].send(message(name, index + 1, round));
  }
  for (const index of names.keys()) {
    const answer = await within(clients[index % clients.length].next(), "an answer", kAttackMs);
    assert.equal(answer.error, undefined);
  }
  const seconds = (await loopSeconds(field)) - before;
  for (const client of clients) client.drop();
  return seconds;
}

describe("one message", () => {
  for (const shape of Object.keys(kJsonShapes)) {
    attack(`8 MiB of JSON (${shape}), as requests of all kinds`, {}, async (field) => {
      for (const kind of kJsonRequestKinds) {
        const attacker = await field.raw();
        attacker.sendText(longMessage(kind, shape, scaled(8 << 20)));
        const answer = within(attacker.next(), `an answer to ${kind}`, kAttackMs);
        const length = await answer.then(
          (message) => JSON.stringify(message).length,
          () => 0, // It was closed, which is an answer, too.
        );
        assert.ok(length < 1 << 20, `${kind} is answered with ${length} bytes`);
        attacker.drop();
      }
    });
  }

  attack("refusals of 8 MiB of JSON that nobody reads, on 60 connections", {}, async (field) => {
    const text = longMessage("unknown", "escapes");
    for (const _ of upTo(scaled(60))) {
      const attacker = await field.raw();
      attacker.socket.pause();
      await new Promise((resolve) => attacker.socket.send(text, resolve));
    }
    await field.hold(2);
  });

  attack(
    "300 operations of 75 bytes, 15,000 records behind",
    { prepare: longHistory },
    async (field) => {
      await lateOperations(field, { connections: 1, operations: scaled(300), d: kLong, v: 1 });
      await field.hold(3);
    },
  );

  attack("the same on 30 connections", { prepare: longHistory }, async (field) => {
    await lateOperations(field, { connections: 30, operations: scaled(10), d: kLong, v: 1 });
    await field.hold(3);
  });

  attack(
    "200 small operations, 12 records of 262,144 components behind",
    { prepare: recordsOfManyComponents },
    async (field) => {
      await lateOperations(field, { connections: 20, operations: scaled(10), d: kMany, v: 1 });
      await field.hold(3);
    },
  );

  attack(
    "an operation of 262,144 components, made at an old version",
    { prepare: recordsOfManyComponents },
    async (field) => {
      const attacker = await field.raw();
      const op = times(kManyComponents, (index) => (index % 2 ? "b" : 1));
      attacker.send(opMessage(kMany, 1, 1, { op }));
      for (;;) {
        const message = await within(attacker.next(), "an ack", kAttackMs);
        assert.equal(message.error, undefined);
        if (message.a === "op" && message.op === undefined) break;
      }
    },
  );

  for (const [what, [before, message]] of Object.entries(kNamed)) {
    attack(`8,000 ${what} that collide cost no more than others`, {}, async (field) => {
      const count = scaled(8_000);
      const random = new Random(kSeed);
      const maker = await field.raw();
      for (const round of [1, 2]) await commit(maker, crowdedId(round), 0, round, creation(""));
      const others = collidingIds(random, "elsewhere.", count);
      const plain = await timeNames(field, others, message, 1);
      const colliding = await timeNames(field, collidingIds(random, before, count), message, 2);
      assert.ok(
        colliding < kMostTimes * plain + kNoiseSeconds,
        `${colliding.toFixed(2)} s of the loop, ${plain.toFixed(2)} s for others`,
      );
    });
  }
});
