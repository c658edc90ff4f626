// Reading: requests that are small and make the server read much.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { kCollection as c } from "../support/documents.js";
import { attack } from "./support/attack.js";
import { openedId } from "./support/innocent.js";
import { scaled } from "./support/limits.js";
import { importHistory } from "./support/texts.js";

const kManyComponents = 262_144; // As many as an operation may have.

const kRecords = 60;
const kHistory = "records-of-many-components";

/** A history of which each record keeps a letter and inserts one, again and again. */
function recordsOfManyComponents({ server }) {
  const op = Array.from({ length: kManyComponents }, (_, index) => (index % 2 ? "a" : 1));
  const changes = [{ create: "x".repeat(kManyComponents / 2) }];
  while (changes.length <= scaled(kRecords)) changes.push({ op });
  return importHistory(server, kHistory, changes);
}

describe("reading", () => {
  attack(
    "50 connections ask for 2,000 old versions; an opening is answered before half of them are",
    { prepare: recordsOfManyComponents },
    async (field) => {
      const attackers = await field.raws(50);
      const asked = scaled(40);
      let answered = 0;
      const versions = Array.from({ length: asked }, (_, index) => 1 + (index % scaled(kRecords)));
      for (const attacker of attackers) {
        attacker.socket.removeAllListeners("message");
        attacker.socket.on("message", () => ++answered);
        for (const [id, v] of versions.entries()) attacker.send({ a: "nf", id, c, d: kHistory, v });
      }
      const other = await field.raw();
      await other.request({ a: "f", c, d: openedId(0), v: null });
      assert.ok(
        answered < (attackers.length * asked) / 2,
        `an opening was answered after ${answered} of the attacker's ${attackers.length * asked} reads`,
      );
    },
  );
});
