import assert from "node:assert/strict";
import { it } from "node:test";
import {
  ackMessage,
  commit,
  creation,
  history,
  kCollection as c,
  loggedMessage,
  opMessage,
  snapshot,
  textSnapshot,
  write,
} from "../support/documents.js";
import { checkError } from "../support/raw_client.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";

const kBadlyFormed = "ERR_MESSAGE_BADLY_FORMED";
const kOpBadlyFormed = "ERR_OT_OP_BADLY_FORMED";
const kNotApplied = "ERR_OT_OP_NOT_APPLIED";
const kTypes = ["ERR_DOC_TYPE_NOT_RECOGNIZED", kOpBadlyFormed];
const kOverflow = "ERR_CONNECTION_SEQ_INTEGER_OVERFLOW";
const kIdTooLong = "ERR_ID_TOO_LONG";
const kWrongIds = [5, true, [], {}, ["a"], 1.5];
const kWrongNumbers = ["1", true, [], {}, -1];

/**
 * Runs the attack with a document that others work on, and checks that they, the text and its version are unharmed.
 * @param {(raw: object, d: string) => Promise<void>} attack
 * @param {{stays?: boolean}} [expectation] whether the attacker's connection must survive
 */
async function besideOthers(suite, attack, { stays = true } = {}) {
  const [attacker, writer, reader] = [await suite.raw(), await suite.raw(), await suite.raw()];
  const d = freshId();
  await write(writer, d, "abc");
  await reader.request({ a: "s", c, d, v: null });
  await attack(attacker, d);
  assert.deepEqual(await snapshot(writer, d), textSnapshot(1, "abc"));
  await commit(writer, d, 1, 2, { op: [3, "d"] });
  await reader.expect(loggedMessage(d, writer.id, 2, 1, { op: [3, "d"] }));
  assert.equal((await history(writer, d)).length, 2);
  if (stays) assert.deepEqual(await attacker.request({ a: "pp" }), { a: "pp" });
}

/** Sends each of the requests, each of which must be refused with the code. */
const refuses = (suite, codes, requests) =>
  besideOthers(suite, async (attacker, d) => {
    for (const request of requests(d)) await attacker.expectError(request, codes);
  });

const stricter = onlyCowrite("lets it pass");

suite("messages of the wrong form", (suite) => {
  it("an unknown action", async () => {
    const actions = [
      "",
      "zz",
      "init",
      "q",
      "OP",
      "x-unknown",
      "__proto__",
      null,
      5,
      ["op"],
      {},
      true,
    ];
    await refuses(suite, kBadlyFormed, () => [{}, ...actions.map((a) => ({ a }))]);
  });

  it("names that are no strings", async () => {
    await refuses(suite, kBadlyFormed, (d) =>
      kWrongIds.flatMap((wrong) => [
        ...["f", "s", "u"].flatMap((a) => [
          { a, c: wrong, d },
          { a, c, d: wrong },
        ]),
        ...["bf", "bs", "bu"].flatMap((a) => [
          { a, c: wrong, b: [d] },
          { a, c, b: [d, wrong] },
        ]),
        { ...opMessage(d, 1, 1, { op: ["x"] }), c: wrong },
        { ...opMessage(d, 1, 1, { op: ["x"] }), d: wrong },
        { a: "nf", id: 1, c: wrong, d, v: 1 },
        { a: "nt", id: 1, c, d: wrong, ts: 1 },
        { a: "ps", ch: wrong, seq: 1 },
        { a: "pu", ch: wrong, seq: 1 },
        { a: "pr", ch: wrong },
        { a: "p", ch: wrong, id: "me", p: 1, pv: 1 },
        { a: "p", ch: d, id: wrong, p: 1, pv: 1 },
        { a: "p", ch: d, id: "me", p: 1, pv: 1, c: wrong, d, v: 1, t: kTextUri },
      ]),
    );
  });

  it("names that are missing", stricter, async () => {
    await refuses(suite, kBadlyFormed, (d) => [
      ...["f", "s", "u"].flatMap((a) => [{ a }, { a, c }, { a, d }, { a, c: null, d }]),
      ...["bf", "bs", "bu"].map((a) => ({ a, b: [d] })),
      { a: "op", v: 1, seq: 1, op: ["x"] },
      { a: "op", c, v: 1, seq: 1, op: ["x"] },
      { a: "op", d, v: 1, seq: 1, op: ["x"] },
      { a: "ps", seq: 1 },
      { a: "pu", seq: 1 },
      { a: "pr" },
      { a: "p", id: "me", p: 1, pv: 1 },
      { a: "nf", c, d, v: 1 },
    ]);
  });

  it("names that are missing where ShareDB refuses them too", async () => {
    await refuses(suite, kBadlyFormed, (d) => [
      { a: "nf", id: 1, d },
      { a: "nf", id: 1, c },
      { a: "nt", id: 1, d },
      { a: "p", ch: d, p: 1, pv: 1 },
      { a: "qf", c, q: {} },
      ...["bf", "bs", "bu"].map((a) => ({ a, c })),
    ]);
  });

  it("versions, times and counts that are no numbers, or negative", async () => {
    await refuses(suite, kBadlyFormed, (d) =>
      kWrongNumbers.flatMap((wrong) => [
        { a: "f", c, d, v: wrong },
        { a: "s", c, d, v: wrong },
        { a: "bf", c, b: { [d]: wrong } },
        { a: "bs", c, b: { [d]: wrong } },
        opMessage(d, wrong, 1, { op: ["x"] }),
        { a: "nf", id: 1, c, d, v: wrong },
        { a: "p", ch: d, id: "me", p: 1, pv: wrong },
        ...(wrong === -1 ? [] : [{ a: "nt", id: 1, c, d, ts: wrong }]),
        ...(wrong === -1 ? [] : [{ a: "ps", ch: d, seq: wrong }]),
        ...(wrong === -1 ? [] : [opMessage(d, 1, wrong, { op: ["x"] })]),
      ]),
    );
  });

  it("numbers that are no integers, or beyond 2^53", stricter, async () => {
    await besideOthers(suite, async (attacker, d) => {
      const wrong = [
        "1.5",
        "1e-3",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551616",
      ];
      for (const number of [...wrong, "-9223372036854775809", "1e300"]) {
        for (const request of [
          `{"a":"f","c":"${c}","d":"${d}","v":${number}}`,
          `{"a":"s","c":"${c}","d":"${d}","v":${number}}`,
          `{"a":"bs","c":"${c}","b":{"${d}":${number}}}`,
          `{"a":"op","c":"${c}","d":"${d}","v":${number},"seq":1,"op":["x"]}`,
          `{"a":"nf","id":1,"c":"${c}","d":"${d}","v":${number}}`,
          `{"a":"p","ch":"${d}","id":"me","p":1,"pv":${number}}`,
        ]) {
          attacker.sendText(request);
          checkError(await attacker.receive(), JSON.parse(request), kBadlyFormed);
        }
      }
    });
  });

  it("bulk requests without ids", async () => {
    await refuses(suite, kBadlyFormed, (d) =>
      [null, d, 5, true, [null], [[d]], { [d]: "1" }].flatMap((b) =>
        ["bf", "bs"].map((a) => ({ a, c, b })),
      ),
    );
  });

  it("a handshake of the wrong form", async () => {
    await refuses(suite, kBadlyFormed, () =>
      [[], {}, true].flatMap((wrong) => [
        { a: "hs", id: null, protocol: wrong, protocolMinor: 2 },
        { a: "hs", id: null, protocol: 1, protocolMinor: wrong },
      ]),
    );
  });

  it("a handshake whose id is no string", stricter, async () => {
    await refuses(suite, kBadlyFormed, () =>
      kWrongIds.map((id) => ({ a: "hs", id, protocol: 1, protocolMinor: 2 })),
    );
  });
});

suite("operations of the wrong form", (suite) => {
  it("no operation, or none that counts", stricter, async () => {
    await refuses(suite, [kBadlyFormed, kOpBadlyFormed], (d) => [
      opMessage(d, 1, 1, {}),
      opMessage(d, 1, 1, { del: false }),
      opMessage(d, 1, 1, { del: null }),
      opMessage(d, 1, 1, { create: null }),
      opMessage(d, 1, 1, { create: 0 }),
    ]);
  });

  it("a deletion that is not true", async () => {
    await refuses(suite, kOpBadlyFormed, (d) =>
      [1, "true", {}, []].map((del) => opMessage(d, 1, 1, { del })),
    );
  });

  it("an operation without a count", async () => {
    await refuses(suite, kOpBadlyFormed, (d) => [
      { a: "op", c, d, v: 1, op: ["x"] },
      { a: "op", c, d, v: 1, seq: null, op: ["x"] },
      { a: "op", c, d, v: 1, del: true },
    ]);
  });

  it("a count that cannot go on", async () => {
    await refuses(suite, kOverflow, (d) =>
      [2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e300].map((seq) => opMessage(d, 1, seq, { op: ["x"] })),
    );
  });

  it("a count that is negative or no integer", stricter, async () => {
    await refuses(suite, kBadlyFormed, (d) =>
      [-1, 0.5, 1.5, -1e300].map((seq) => opMessage(d, 1, seq, { op: ["x"] })),
    );
  });

  it("a src that is no string", async () => {
    await refuses(suite, [kBadlyFormed, kOpBadlyFormed], (d) =>
      [5, true, {}, ["a"]].map((src) => ({ ...opMessage(d, 1, 1, { op: ["x"] }), src })),
    );
  });

  it("a creation without a type, or of a type that is not ours", async () => {
    const creations = ["text", 5, true, [], {}, { data: "x" }, { type: 5 }, { type: null }];
    const types = ["unknown", "__proto__", "http://sharejs.org/types/text"];
    await refuses(suite, kTypes, () => [
      ...creations.map((create) => opMessage(freshId(), 0, 1, { create })),
      ...types.map((type) => opMessage(freshId(), 0, 1, { create: { type, data: "x" } })),
    ]);
  });

  it("a creation of a json document", stricter, async () => {
    await refuses(suite, kTypes, () => [
      opMessage(freshId(), 0, 1, { create: { type: "http://sharejs.org/types/JSONv0", data: {} } }),
      opMessage(freshId(), null, 1, { create: { type: "json0" } }),
    ]);
  });

  it("a creation with data that is no text", async () => {
    await besideOthers(suite, async (attacker) => {
      for (const data of [null, 5, true, {}, [], ["text"]]) {
        const request = opMessage(freshId(), 0, 1, { create: { type: kTextUri, data } });
        const reply = await attacker.request(request);
        assert.ok(reply.error?.message, JSON.stringify(request));
        // ShareDB's own server gives no code here.
        assert.ok([undefined, kOpBadlyFormed, kNotApplied].includes(reply.error.code));
        assert.equal((await snapshot(attacker, request.d)).v, 0);
      }
    });
  });

  const malformed = [
    ...[null, {}, "x", 5, true],
    ...[[0], [0, "x"], [-1, "x"], [""], ["a", ""], [null], [{}], [[1]], [{ i: "x" }]],
    ...[[{ d: 0 }], [{ d: "" }], [{ d: -1 }], [{ d: null }], [{ d: true }], [{ d: [1] }]],
    ...[[1], ["x", 1], [1, 1, "x"], [{ d: 1 }, 2]],
  ];
  it("an edit that is none", async () => {
    await refuses(suite, [kNotApplied, kOpBadlyFormed], (d) =>
      malformed.map((op) => opMessage(d, 1, 1, { op })),
    );
  });

  it("an edit with fractions, booleans or numbers beyond all texts", stricter, async () => {
    const huge = [2 ** 40, 2 ** 53, 2 ** 63, 1e300];
    const ops = [
      ...[[1.5, "x"], [{ d: 1.5 }], [true], [false, "x"]],
      ...huge.flatMap((number) => [[number, "x"], [{ d: number }], ["x", { d: number }, "y"]]),
      Array.from({ length: 4096 }, (_, index) => (index % 2 ? { d: 2 ** 52 } : 2 ** 52)),
    ];
    await refuses(suite, [kNotApplied, kOpBadlyFormed], (d) =>
      ops.map((op) => opMessage(d, 1, 1, { op })),
    );
  });

  it("an edit that is longer than the text", async () => {
    await refuses(suite, kNotApplied, (d) => [
      opMessage(d, 1, 1, { op: [4, "x"] }),
      opMessage(d, 1, 2, { op: [3, "x", 1, { d: 1 }] }),
    ]);
  });

  it("an edit that deletes more than there is", onlyCowrite("cuts it short"), async () => {
    await refuses(suite, kNotApplied, (d) => [
      opMessage(d, 1, 1, { op: [{ d: 4 }] }),
      opMessage(d, 1, 1, { op: [2, { d: "xy" }] }),
      opMessage(d, null, 1, { op: [3, { d: 1 }] }),
    ]);
  });

  it("an edit that fits its own version fits after the others'", async () => {
    const [one, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(one, d, "abc");
    await commit(one, d, 1, 2, { op: [{ d: 3 }] });
    await other.expectError(opMessage(d, 2, 1, { op: [3, "x"] }), kNotApplied);
    const replies = await other.requestAll(opMessage(d, 1, 2, { op: [3, "x"] }), (m) => !m.op);
    assert.deepEqual(replies.at(-1), ackMessage(d, other.id, 2, 2));
    assert.deepEqual(await snapshot(one, d), textSnapshot(3, "x"));
  });

  it("a refused operation leaves its count free", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "abc");
    await raw.expectError(opMessage(d, 1, 2, { op: [9, "x"] }), kNotApplied);
    await commit(raw, d, 1, 2, { op: [3, "d"] });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "abcd"));
  });

  it("half of a surrogate pair, anywhere", stricter, async () => {
    const halves = [
      String.raw`\ud83d`,
      String.raw`\ude00`,
      String.raw`\ude00\ud83d`,
      String.raw`x\ud83dy`,
    ];
    await besideOthers(suite, async (attacker, d) => {
      for (const half of halves) {
        const create = `{"type":"${kTextUri}","data":"${half}"}`;
        const requests = [
          [`"a":"op","c":"${c}","d":"${d}","v":1,"seq":1,"op":["${half}"]`, kNotApplied],
          [`"a":"op","c":"${c}","d":"${d}","v":1,"seq":1,"op":[{"d":"${half}"}]`, kNotApplied],
          [`"a":"op","c":"${c}","d":"${d}-new","v":0,"seq":1,"create":${create}`, kNotApplied],
          [`"a":"f","c":"${c}","d":"${d}${half}"`, kBadlyFormed],
          [`"a":"s","c":"${half}","d":"${d}"`, kBadlyFormed],
          [`"a":"bf","c":"${c}","b":["${half}"]`, kBadlyFormed],
          [`"a":"p","ch":"${d}","id":"me","pv":1,"p":"${half}"`, kBadlyFormed],
          [`"a":"ps","ch":"${half}","seq":1`, kBadlyFormed],
          [`"a":"hs","id":"${half}","protocol":1,"protocolMinor":2`, kBadlyFormed],
        ];
        for (const [request, code] of requests) {
          attacker.sendText(`{${request}}`);
          const reply = await attacker.receive();
          assert.equal(reply.error?.code, code, request);
          assert.equal(reply.a, JSON.parse(`{${request}}`).a);
        }
      }
      assert.equal((await snapshot(attacker, `${d}-new`)).v, 0);
    });
  });

  it("one bad operation among many good ones hurts no other", async () => {
    const writers = [];
    for (let index = 0; index < 4; ++index) writers.push(await suite.raw());
    const d = freshId();
    await write(writers[0], d, "");
    const kEach = 50;
    const work = writers.map(async (raw, index) => {
      for (let seq = 10; seq < 10 + kEach; ++seq) {
        const bad = (seq + index) % 3 === 0;
        const op = bad ? [1_000_000, "bad"] : ["g"];
        const replies = await raw.requestAll(
          opMessage(d, null, seq, { op }),
          (m) => m.error || !m.op,
        );
        assert.equal(replies.at(-1).error?.code, bad ? kNotApplied : undefined);
      }
    });
    await Promise.all(work);
    const { v, data } = await snapshot(writers[0], d);
    assert.match(data, /^g+$/);
    assert.equal(v, data.length + 1);
  });
});

suite("hostile names", (suite) => {
  const names = [
    ...[
      "a.b",
      "a/b",
      "../../etc/passwd",
      "%2e%2e%00",
      "\0",
      "a\0b",
      " ",
      "\n",
      "<script>",
      '"',
      "\\",
    ],
    ...["ünï", "👨‍👩‍👧", "\u202e", "$presence.x", "null", "0", "-1", "é".repeat(128), "x".repeat(256)],
  ];
  const properties = ["__proto__", "constructor", "toString", "hasOwnProperty"];

  async function checkName(name) {
    const [raw, reader] = [await suite.raw(), await suite.raw()];
    await reader.request({ a: "s", c: name, d: name, v: null });
    const base = (await snapshot(raw, name, name)).v;
    await commit(raw, name, base, 1, creation(name), name);
    await reader.expect(loggedMessage(name, raw.id, 1, base, creation(name), name));
    const bulk = await raw.request({ a: "bf", c: name, b: [name] });
    assert.deepEqual(Object.entries(bulk.data), [[name, textSnapshot(base + 1, name)]]);
    const b = Object.fromEntries([[name, base]]);
    const replies = await raw.requestAll({ a: "bf", c: name, b }, (message) => message.a === "bf");
    assert.equal(replies.length, 2);
    assert.deepEqual(Object.entries(replies[1].b), [[name, base]]);
    const channel = await raw.request({ a: "ps", ch: name, seq: 1 });
    assert.deepEqual(channel, { a: "ps", ch: name, seq: 1 });
  }

  it("are names like any other", async () => {
    for (const name of names) await checkName(name);
  });

  it(
    "are names like any other, JavaScript's own properties too",
    onlyCowrite("refuses them"),
    async () => {
      for (const name of properties) await checkName(name);
    },
  );

  it("may have 256 bytes and no more", onlyCowrite("has no limits"), async () => {
    const longs = ["x".repeat(257), "é".repeat(129), "y".repeat(100_000)];
    await refuses(suite, kIdTooLong, (d) =>
      longs.flatMap((long) => [
        { a: "f", c, d: long },
        { a: "s", c: long, d },
        { a: "u", c, d: long },
        { a: "bs", c, b: [d, long] },
        { a: "bf", c, b: { [long]: 1 } },
        { a: "bu", c, b: [long] },
        opMessage(long, 0, 1, creation("x")),
        { ...opMessage(d, 1, 1, { op: ["x"] }), src: long },
        { a: "nf", id: 1, c, d: long, v: null },
        { a: "hs", id: long, protocol: 1, protocolMinor: 2 },
        { a: "p", ch: d, id: long, p: 1, pv: 1 },
      ]),
    );
  });

  it("a document's channel has room for its two names", async () => {
    const [sender, listener] = [await suite.raw(), await suite.raw()];
    const [collection, d] = ["c".repeat(256), "d".repeat(256)];
    const ch = `${collection}.${d}`;
    assert.deepEqual(await listener.request({ a: "ps", ch, seq: 1 }), { a: "ps", ch, seq: 1 });
    const message = { a: "p", ch, id: "me", p: 1, pv: 1, c: collection, d, v: 0, t: kTextUri };
    const passed = { ...message, src: sender.id };
    assert.deepEqual(await sender.request(message), passed);
    await listener.expect(passed);
  });
});

suite("another's src", (suite) => {
  const isAnswer = (message) => message.error || !message.op;

  it(
    "used with a higher count makes nobody's operation seem seen",
    onlyCowrite("does the same by reading the log"),
    async () => {
      const [victim, thief] = [await suite.raw(), await suite.raw()];
      const d = freshId();
      await write(victim, d, "v");
      const forged = { ...opMessage(d, 1, 1_000_000, { op: ["thief "] }), src: victim.id };
      assert.equal((await thief.requestAll(forged, isAnswer)).at(-1).error, undefined);
      const replies = await victim.requestAll(opMessage(d, 1, 2, { op: [1, "!"] }), isAnswer);
      const answer = replies.at(-1);
      const { v, data } = await snapshot(thief, d);
      if (answer.error) assert.deepEqual([v, data], [2, "thief v"]);
      else assert.deepEqual([answer.v, v, data], [2, 3, "thief v!"]);
    },
  );

  it(
    "used first for the same count gets the victim an error",
    onlyCowrite("acknowledges"),
    async () => {
      for (const base of [1, 2, null]) {
        const [victim, thief] = [await suite.raw(), await suite.raw()];
        const d = freshId();
        await write(victim, d, "text");
        const forged = { ...opMessage(d, 1, 2, { op: ["thief "] }), src: victim.id };
        assert.equal((await thief.requestAll(forged, isAnswer)).at(-1).error, undefined);
        const mine = opMessage(d, base, 2, { op: [4, " of the victim"] });
        const replies = await victim.requestAll(mine, isAnswer);
        assert.equal(replies.at(-1).error?.code, "ERR_OP_SEQUENCE_REUSED", `base ${base}`);
        assert.deepEqual(await snapshot(thief, d), textSnapshot(2, "thief text"));
        await commit(victim, d, 2, 3, { op: [10, "!"] });
      }
    },
  );

  it(
    "used for a deletion or a creation is no acknowledgement either",
    onlyCowrite("acknowledges"),
    async () => {
      const [victim, thief] = [await suite.raw(), await suite.raw()];
      const d = freshId();
      const forged = { ...opMessage(d, 0, 1, creation("thief")), src: victim.id };
      assert.equal((await thief.requestAll(forged, isAnswer)).at(-1).error, undefined);
      const replies = await victim.requestAll(opMessage(d, null, 1, creation("victim")), isAnswer);
      assert.ok(replies.at(-1).error);
      assert.deepEqual(await snapshot(thief, d), textSnapshot(1, "thief"));
    },
  );
});
