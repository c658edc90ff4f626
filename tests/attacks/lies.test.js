// Lies: sources, versions and names that are not what they say.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { Client, insertAt, settled } from "../support/client.js";
import { kCollection as c, opMessage, snapshot } from "../support/documents.js";
import { attack } from "./support/attack.js";
import { times } from "./support/kinds.js";
import { scaled } from "./support/limits.js";

const kNewer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";
const kLinesMax = 20;

const kNames = {
  empty: "",
  "with NUL": "a\0b",
  __proto__: "__proto__",
  constructor: "constructor",
  hasOwnProperty: "hasOwnProperty",
};

describe("lies", () => {
  attack(
    "who has seen a source cannot use it: its owner's next edit is accepted",
    {},
    async (field) => {
      const d = "stolen";
      const victim = await Client.connect(field.server);
      const doc = await victim.create(d, "");
      const attacker = await field.raw();
      await attacker.request({ a: "s", c, d, v: null });
      await insertAt(doc, 0, "a");
      const { src } = await attacker.receive();
      const last = opMessage(d, 2, 2 ** 53 - 2, { op: ["b"] });
      await attacker.submit({ ...last, src });
      const thief = await field.raw({ id: src });
      await thief.submit({ ...last, seq: 2 ** 53 - 3 });
      for (const letter of "cde") await insertAt(doc, 0, letter);
      await settled(doc);
      assert.deepEqual(victim.errors, []);
      victim.drop();
      const { data } = await snapshot(await field.raw(), d);
      for (const letter of "acde") assert.ok(data.includes(letter), `${letter} is lost: ${data}`);
    },
  );

  attack(
    "versions of 1,000 documents that never were: refused, and the server stays healthy",
    {},
    async (field) => {
      const attacker = await field.raw();
      const ids = times(scaled(1_000), (number) => `never-${number}`);
      for (const d of ids) attacker.send({ a: "f", c, d, v: 7 });
      for (const d of ids) {
        const answer = await attacker.receive();
        assert.equal(answer.error?.code, kNewer, d);
      }
      const response = await fetch(`${field.server.url}/healthz`);
      assert.equal(await response.text(), "ok\n");
      const lines = field.server.errors.split("\n").length;
      assert.ok(lines <= kLinesMax, `${lines} lines on stderr`);
    },
  );

  attack("names that are none are refused", {}, async (field) => {
    const attacker = await field.raw();
    const kBadly = "ERR_MESSAGE_BADLY_FORMED";
    const refused = (answer, what) => assert.equal(answer.error?.code, kBadly, what);
    for (const [what, name] of Object.entries(kNames)) {
      refused(await attacker.request({ a: "f", c, d: name, v: null }), `id: ${what}`);
      refused(await attacker.request({ a: "s", c: name, d: "x", v: null }), `collection: ${what}`);
      refused(await attacker.request({ a: "bf", c, b: [name] }), `bulk: ${what}`);
    }
  });

  attack("the operator's reads need the token", {}, async (field) => {
    const paths = [
      "collections",
      "stat",
      "verify",
      `stat/${c}/innocent-0`,
      `verify/${c}/innocent-0`,
    ];
    const answers = await Promise.all(
      paths.map(async (name) => {
        const response = await fetch(`${field.server.url}/api/operator/${name}`);
        return `${name} ${response.status}`;
      }),
    );
    assert.equal(answers.join(), paths.map((name) => `${name} 401`).join());
  });

  attack("a version of HTTP that there is not is refused", {}, async (field) => {
    const tcp = await field.tcp();
    tcp.write(`GET / HTTP/9.9\r\nHost: 127.0.0.1:${tcp.port}\r\n\r\n`);
    const [, status] = / (\d+)/.exec(String(await tcp.rest()));
    assert.ok(["400", "505"].includes(status), status);
  });
});
