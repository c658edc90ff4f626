// The cost of one message: small or long, it never stops the loop.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { within } from "../support/deadline.js";
import { creation, kCollection as c, opMessage } from "../support/documents.js";
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
const kMostTimes = 2; // It is seven times as much where they collide.
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

/** Creates these documents, many at a time, and returns what it took the loop. */
async function timeCreations(field, raw, ids, firstSeq) {
  const before = await loopSeconds(field);
  for (const [index, d] of ids.entries()) {
    raw.send(opMessage(d, 0, firstSeq + index, creation("")));
  }
  for (const _ of ids) {
    const answer = await within(raw.next(), "an ack", kAttackMs);
    assert.equal(answer.error, undefined);
  }
  return (await loopSeconds(field)) - before;
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

  attack("8,000 ids that collide cost no more than others", {}, async (field) => {
    const count = scaled(8_000);
    const random = new Random(kSeed);
    const raw = await field.raw();
    const colliding = collidingIds(random, `${c}.`, count);
    const others = collidingIds(random, "elsewhere.", count);
    const plain = await timeCreations(field, raw, others, 1);
    const slow = await timeCreations(field, raw, colliding, count + 1);
    assert.ok(
      slow < kMostTimes * plain,
      `${slow.toFixed(2)} s of the loop, ${plain.toFixed(2)} s for others`,
    );
  });
});
