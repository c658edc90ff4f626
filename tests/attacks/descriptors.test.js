// Descriptors and address space: what a process may have is given by the system, and attackers do
// not get all of it.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { commit, creation, kCollection as c } from "../support/documents.js";
import { attack } from "./support/attack.js";
import { times, unfinishedFrames, unread } from "./support/kinds.js";
import { kSanitized, scaled } from "./support/limits.js";
import { makeText } from "./support/texts.js";

const kMiB = 1 << 20;
const kText = "text-of-control-characters";
const kAddressSpace = {
  under: ["prlimit", "--as=2000000000"],
  skip: kSanitized && "sanitizers need far more address space",
};

const controlCharacters = ({ server }) => makeText(server, kText, "\u0001", scaled(16 * kMiB));

describe("descriptors and address space", () => {
  attack(
    "1,000 idle connections leave descriptors for the store, of 1,024",
    { under: ["prlimit", "--nofile=1024:1024"] },
    async (field) => {
      const writer = await field.raw();
      await field.tcps(1_000).catch(() => {}); // Some may be refused.
      const text = "x".repeat(kMiB);
      for (const seq of times(80, (index) => index + 1)) {
        await commit(writer, `written-${seq}`, 0, seq, creation(text));
      }
    },
  );

  attack(
    "a soft limit of descriptors is raised to the hard one",
    { under: ["prlimit", "--nofile=256:4096"] },
    async (field) => {
      assert.equal((await field.metrics()).process_max_fds, 4_096);
      const idle = await field.raws(600);
      for (const raw of idle) assert.deepEqual(await raw.request({ a: "pp" }), { a: "pp" });
    },
  );

  attack(
    "2 GB of address space: large replies that nobody reads do not end the process",
    { prepare: controlCharacters, ...kAddressSpace },
    async (field) => {
      await unread(field, 4, Array(5).fill({ a: "f", c, d: kText, v: null }));
      await field.hold(2);
    },
  );

  attack(
    "2 GB of address space: messages that never end do not end the process",
    kAddressSpace,
    async (field) => {
      await unfinishedFrames(field, scaled(200));
      await field.hold(1);
    },
  );
});
