// Memory of what is sent: replies that nobody reads.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { within } from "../support/deadline.js";
import { commit, creation, kCollection as c } from "../support/documents.js";
import { frame } from "../support/tcp.js";
import { attack } from "./support/attack.js";
import { deafs, each, times, unread, unreadGets, upTo, written } from "./support/kinds.js";
import { kAttackMs, scaled } from "./support/limits.js";
import { importHistory, makeText } from "./support/texts.js";

const kText = "text-of-control-characters";
const kLetters = scaled(16 << 20);
const kHistory = "history-of-long-records";
const kPiece = "p".repeat(64 << 10);
const kHoldSeconds = 2;

/** Each of these characters is six bytes in JSON. */
const controlCharacters = ({ server }) => makeText(server, kText, "\u0001", kLetters);

/** A history that is much longer than its text. */
function longRecords({ server }) {
  const replace = { op: [kPiece, { d: kPiece.length }] };
  return importHistory(server, kHistory, [{ create: kPiece }, ...times(60, () => replace)]);
}

const kWays = {
  "ask for its newest version (nf)": [{ a: "nf", id: 1, c, d: kText, v: null }],
  "fetch it in bulk (bf)": [{ a: "bf", c, b: [kText] }],
  "subscribe and leave (s, u)": [
    { a: "s", c, d: kText, v: null },
    { a: "u", c, d: kText },
  ],
  "query for it (qf)": [{ a: "qf", id: 1, c, q: { after: "text" } }],
};

describe("replies that nobody reads", () => {
  attack(
    "a text of 16 MiB of U+0001: 4 connections fetch it (f), 5 times each",
    { prepare: controlCharacters },
    async (field) => {
      await unread(field, 4, Array(5).fill({ a: "f", c, d: kText, v: null }));
      await field.hold(kHoldSeconds);
    },
  );

  attack(
    "a text of 16 MiB of U+0001: who begins to read late has each reply whole",
    { prepare: controlCharacters },
    async (field) => {
      const [late] = await deafs(field, 1);
      for (const _ of upTo(2)) late.send({ a: "f", c, d: kText, v: null });
      await field.hold(1);
      late.socket.resume();
      for (const _ of upTo(2)) {
        const { data } = await within(late.next(), "a reply", kAttackMs);
        assert.equal(data.data.length, kLetters);
      }
    },
  );

  for (const [way, requests] of Object.entries(kWays)) {
    attack(
      `a text of 16 MiB of U+0001: 2 connections ${way}, 4 times each`,
      { prepare: controlCharacters },
      async (field) => {
        await unread(field, 2, Array(4).fill(requests).flat());
        await field.hold(kHoldSeconds);
      },
    );
  }

  attack("a text of 16 MiB over HTTP, 40 times", { prepare: controlCharacters }, async (field) => {
    await unreadGets(field, 40, `/api/documents/${c}/${kText}/text`);
    await field.hold(kHoldSeconds);
  });

  attack("a history of 7 MiB, by 250 connections", { prepare: longRecords }, async (field) => {
    await unread(field, scaled(250), [{ a: "f", c, d: kHistory, v: 0 }]);
    await field.hold(kHoldSeconds);
  });

  attack("a history of 7 MiB over HTTP, 200 times", { prepare: longRecords }, async (field) => {
    await unreadGets(field, scaled(200), `/api/documents/${c}/${kHistory}/records`);
    await field.hold(kHoldSeconds);
  });

  attack(
    "pings (pp) as fast as they go, on 1,000 connections: their answers count as they are in memory",
    {},
    async (field) => {
      const pings = Buffer.concat(times(400, () => frame(0x81, '{"a":"pp"}')));
      let going = true;
      const send = async (tcp) => {
        while (going && !tcp.socket.destroyed) await written(tcp.socket, pings);
      };
      const tcps = await field.tcps(scaled(1_000));
      await each(tcps, (tcp) => tcp.upgrade());
      for (const tcp of tcps) {
        tcp.socket.removeAllListeners("data"); // They are taken, and not kept.
        tcp.socket.resume();
        void send(tcp);
      }
      await field.hold(3 * kHoldSeconds);
      going = false;
    },
  );

  attack("a document that all follow: 300 slow readers, 12 MiB of edits", {}, async (field) => {
    const writer = await field.raw();
    const d = "hot-document";
    await commit(writer, d, 0, 1, creation(kPiece));
    for (const client of await deafs(field, scaled(300))) client.send({ a: "s", c, d, v: 1 });
    for (let v = 1; v <= 192; ++v) {
      await commit(writer, d, v, v + 1, { op: [kPiece, { d: kPiece.length }] });
    }
  });
});
