// Reading: requests that are small and make the server read or keep much.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { within } from "../support/deadline.js";
import { kCollection as c, textSnapshot, write } from "../support/documents.js";
import { when } from "../support/metrics.js";
import { attack } from "./support/attack.js";
import { kOpenedDocuments, kOpenedText, openedId } from "./support/innocent.js";
import { emptyDocuments, oldVersions, subscriptions, times, upTo } from "./support/kinds.js";
import { kAttackMs, kInnocentMs, scaled } from "./support/limits.js";
import { copyText, importHistory, makeText } from "./support/texts.js";

const kManyComponents = 262_144; // As many as an operation may have.
const kHistory = "records-of-many-components";
const kVersions = [2, 3, 4, 5, 6, 7];

/** A history of which each record keeps a letter and inserts one, again and again. */
function recordsOfManyComponents({ server }) {
  const op = times(kManyComponents, (index) => (index % 2 ? "a" : 1));
  const changes = [{ create: "x".repeat(kManyComponents / 2) }, ...kVersions.map(() => ({ op }))];
  return importHistory(server, kHistory, changes);
}

const kFollowed = 40;
const kFollowedLetters = scaled(8 << 20);
const followedId = (number) => `followed-${number}`;

async function longTexts({ server }) {
  const version = await makeText(server, followedId(0), "x", kFollowedLetters);
  for (let number = 1; number < kFollowed; ++number) {
    await copyText(server, followedId(0), version, followedId(number));
  }
}

const kLong = "long-history";
const kLongRecords = 20_000;

const kJoins = 6;

const longHistory = ({ server }) =>
  importHistory(server, kLong, [
    { create: "" },
    ...times(kLongRecords, () => ({ op: ["letters "] })),
  ]);

const isAnyRefused = (now) => now['cowrite_http_responses_total{status="5xx"}'] > 0;

/** The status of a GET by the innocent. */
async function innocentGet(server, target) {
  const response = await within(fetch(`${server.url}${target}`), target, kInnocentMs);
  await response.arrayBuffer();
  return response.status;
}

const kAsked = { "a blame": "blame", "a text at an old version": "text?version=15000" };

/** Attackers who ask the same thing again whenever it was answered. */
async function getAgainAndAgain(field, connections, target) {
  const state = { going: true };
  const ask = async () => {
    while (state.going) {
      const tcp = await field.tcp();
      await tcp.request(target).catch(() => {});
      tcp.drop();
    }
  };
  state.parts = times(connections, ask);
  return state;
}

describe("reading", () => {
  attack(
    "25 connections ask for 400 old versions; an opening is answered before a quarter of them",
    { prepare: recordsOfManyComponents },
    async (field) => {
      const [connections, asked] = [25, 16];
      const other = await field.raw();
      const counts = await oldVersions(field, {
        ...{ connections, asked, d: kHistory },
        versions: kVersions,
      });
      await counts.first;
      const cold = openedId(kOpenedDocuments - 1);
      const began = counts.answered;
      other.send({ a: "f", c, d: cold, v: null });
      const { data } = await within(other.next(), "an opening", kInnocentMs);
      const meanwhile = counts.answered - began;
      assert.deepEqual(data, textSnapshot(1, kOpenedText));
      const all = connections * asked;
      assert.ok(meanwhile < all / 4, `an opening waited for ${meanwhile} of ${all} reads`);
    },
  );

  attack(
    "40 texts of 8 MiB are followed without being sent",
    { prepare: longTexts, memoryMiB: 64 },
    async (field) => {
      const attacker = await field.raw();
      const version = Math.max(1, Math.ceil(kFollowedLetters / (1 << 20)));
      const ids = times(kFollowed, (number) => [followedId(number), number ? 1 : version]);
      attacker.send({ a: "bs", c, b: Object.fromEntries(ids) });
      const answer = await within(attacker.next(), "the answer", kAttackMs);
      assert.equal(answer.a, "bs");
      await field.hold(1);
    },
  );

  attack("60,000 documents that never were are opened", {}, (field) =>
    emptyDocuments(field, { connections: 8, documents: scaled(7_500) }),
  );

  attack("70 connections follow 71,680 documents and 35,840 channels", {}, (field) =>
    subscriptions(field, { connections: scaled(70), documents: 1_024, channels: 512 }),
  );

  attack(
    "who leaves while joining at an old version is answered in order, and hears nothing more",
    { prepare: longHistory },
    async (field) => {
      const attackers = await field.raws(5);
      const d = kLong;
      const join = [
        { a: "s", c, d, v: 0 },
        { a: "u", c, d },
      ];
      for (const attacker of attackers) {
        for (const request of Array(kJoins).fill(join).flat()) attacker.send(request);
        attacker.send({ a: "pp" });
      }
      for (const attacker of attackers) {
        const answers = [];
        while (answers.length < 2 * kJoins) {
          const { a } = await within(attacker.next(), "all answers", kAttackMs);
          if (a === "s" || a === "u") answers.push(a);
        }
        assert.equal(answers.join(" "), Array(kJoins).fill("s u").join(" "));
      }
      await when(field.server, "nothing is followed", (now) => now.cowrite_subscriptions === 0);
      for (const attacker of attackers) {
        const late = attacker.arrived.filter(({ a }) => a === "op");
        assert.equal(late.length, 0, "operations after the answer to u");
      }
    },
  );

  attack("400 long polls, one after the other; another's is answered", {}, async (field) => {
    const d = "polled";
    await write(await field.raw(), d, "text");
    const target = `/api/documents/${c}/${d}/records?from=2&wait=30`;
    for (const _ of upTo(400)) {
      const tcp = await field.tcp();
      tcp.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${tcp.port}\r\n\r\n`);
    }
    await Promise.race([field.hold(2), when(field.server, "one is refused", isAnyRefused)]);
    const other = `/api/documents/${c}/${d}/records?from=2&wait=1`;
    assert.equal(await innocentGet(field.server, other), 200);
  });

  for (const [what, asked] of Object.entries(kAsked)) {
    attack(
      `30 connections ask for ${what} all the time; another's are answered`,
      { prepare: longHistory },
      async (field) => {
        const target = `/api/documents/${c}/${kLong}/${asked}`;
        const state = await getAgainAndAgain(field, 30, target);
        const statuses = [];
        for (const _ of upTo(5)) statuses.push(await innocentGet(field.server, target));
        state.going = false;
        await Promise.all(state.parts);
        assert.equal(statuses.join(" "), "200 200 200 200 200");
      },
    );
  }
});
