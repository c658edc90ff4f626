// Attacks of several kinds at once, which COWRITE_SEED chooses.

import { describe } from "node:test";
import { kCollection as c } from "../support/documents.js";
import { kSeed, Random } from "../support/random.js";
import { attack } from "./support/attack.js";
import {
  kJsonRequestKinds,
  kJsonShapes,
  lateOperations,
  longMessage,
  oldVersions,
  presences,
  resets,
  subscriptions,
  times,
  unfinishedBodies,
  unfinishedFragments,
  unfinishedFrames,
  unread,
  unreadGets,
  upTo,
} from "./support/kinds.js";
import { scaled } from "./support/limits.js";
import { importHistory, makeText } from "./support/texts.js";

const kAtOnce = 5;
const kHoldSeconds = 2;
const kText = "text-of-control-characters";
const kHistory = "long-history";
const kComponents = 65_536;
const kMany = "records-of-many-components";

async function everything({ server }) {
  await makeText(server, kText, "\u0001", scaled(8 << 20));
  const records = times(6_000, () => ({ op: ["w".repeat(160)] }));
  await importHistory(server, kHistory, [{ create: "" }, ...records]);
  const op = times(kComponents, (index) => (index % 2 ? "a" : 1));
  const many = times(12, () => ({ op }));
  await importHistory(server, kMany, [{ create: "x".repeat(kComponents / 2) }, ...many]);
}

/** A few long messages, each of another kind. */
async function longMessages(field, random) {
  const attacker = await field.raw();
  for (const _ of upTo(4)) {
    attacker.sendText(
      longMessage(random.pick(kJsonRequestKinds), random.pick(Object.keys(kJsonShapes))),
    );
  }
}

const kKinds = {
  "unread replies": (field) => unread(field, 4, Array(4).fill({ a: "f", c, d: kText, v: null })),
  "unread histories": (field) => unread(field, scaled(150), [{ a: "f", c, d: kHistory, v: 0 }]),
  "unread GETs": (field) => unreadGets(field, 15, `/api/documents/${c}/${kText}/text`),
  "unfinished frames": (field) => unfinishedFrames(field, scaled(40)),
  "unfinished fragments": (field) => unfinishedFragments(field, scaled(40)),
  "unfinished bodies": (field) => unfinishedBodies(field, scaled(40)),
  "broken connections": (field) => resets(field, scaled(500)),
  "old versions": (field) =>
    oldVersions(field, { connections: 15, asked: 12, d: kMany, versions: [1, 5, 9, 12] }),
  subscriptions: (field) =>
    subscriptions(field, { connections: 20, documents: 1_024, channels: 100 }),
  "late operations": (field) =>
    lateOperations(field, { connections: 10, operations: 10, d: kHistory, v: 1 }),
  "operations behind many components": (field) =>
    lateOperations(field, { connections: 10, operations: 5, d: kMany, v: 1 }),
  presences: (field) => presences(field, { ch: "storm", count: scaled(200) }),
  "long messages": longMessages,
};

/** So many different ones of the kinds. */
function pick(random) {
  const names = Object.keys(kKinds);
  return times(kAtOnce, () => names.splice(random.below(names.length), 1)[0]);
}

const random = new Random(kSeed);
const chosen = pick(random);

describe("a storm", () => {
  attack(`of seed ${kSeed}: ${chosen.join(", ")}`, { prepare: everything }, async (field) => {
    // Who is dropped in a storm has got what he asked for.
    await Promise.all(chosen.map((name) => kKinds[name](field, random).catch(() => {})));
    await field.hold(kHoldSeconds);
  });
});
