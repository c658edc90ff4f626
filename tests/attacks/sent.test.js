// Memory of what is sent: replies that nobody reads.

import { describe } from "node:test";
import { kCollection as c } from "../support/documents.js";
import { attack } from "./support/attack.js";
import { scaled } from "./support/limits.js";
import { makeText } from "./support/texts.js";

const kText = "text-of-control-characters";
const kLetters = scaled(16 << 20);
const kHoldSeconds = 2;

/** Each of these characters is six bytes in JSON. */
const controlCharacters = ({ server }) => makeText(server, kText, "\u0001", kLetters);

describe("replies that nobody reads", () => {
  attack(
    "4 connections fetch a text of 16 MiB of U+0001, 5 times each, and read none of it",
    { prepare: controlCharacters },
    async (field) => {
      const attackers = await field.raws(4);
      for (const attacker of attackers) {
        attacker.socket.pause();
        for (let index = 0; index < 5; ++index) attacker.send({ a: "f", c, d: kText, v: null });
      }
      await field.hold(kHoldSeconds);
    },
  );
});
