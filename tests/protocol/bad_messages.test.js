import assert from "node:assert/strict";
import { it } from "node:test";
import { besideOthers, refuses } from "../support/bystanders.js";
import {
  commit,
  creation,
  kCollection as c,
  loggedMessage,
  opMessage,
  snapshot,
  textSnapshot,
} from "../support/documents.js";
import { checkError } from "../support/raw_client.js";
import { onlyCowrite } from "../support/server.js";
import { sourceOf } from "../support/source.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";

const kBadlyFormed = "ERR_MESSAGE_BADLY_FORMED";
const kIdTooLong = "ERR_ID_TOO_LONG";
const kWrongIds = [5, true, [], {}, ["a"], 1.5];
const kWrongNumbers = ["1", true, [], {}, -1];
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

suite("hostile names", (suite) => {
  const names = [
    ...["a.b", "a/b", "../../etc/passwd", "%2e%2e%00", " ", "\n", "<script>", '"', "\\"],
    ...["ünï", "👨‍👩‍👧", "\u202e", "$presence.x", "null", "0", "-1", "é".repeat(128), "x".repeat(256)],
  ];
  const properties = Object.getOwnPropertyNames(Object.prototype);

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

  /** Each action with this as the collection, and with it as the document, and what is wrong. */
  function* actionsOn(name, d) {
    for (const [key, fault] of [
      [{ c: name, d }, "Invalid collection"],
      [{ c, d: name }, "Invalid id"],
    ]) {
      const b = key.d === name ? [name] : [d];
      const versions = Object.fromEntries(b.map((id) => [id, 0]));
      for (const a of ["f", "s", "u"]) yield [{ a, ...key }, fault];
      for (const a of ["bf", "bs", "bu"]) yield [{ a, c: key.c, b }, fault];
      for (const a of ["bf", "bs"]) yield [{ a, c: key.c, b: versions }, fault];
      yield [{ ...opMessage(d, 0, 1, creation("x")), ...key }, fault];
      yield [{ a: "nf", id: 1, ...key, v: null }, fault];
      yield [{ a: "nt", id: 1, ...key, ts: null }, fault];
      yield [
        { a: "p", ch: `${key.c}.${key.d}`, id: "me", p: 1, pv: 1, v: 0, t: kTextUri, ...key },
        fault,
      ];
    }
    for (const a of ["qf", "qs"]) yield [{ a, id: 1, c: name, q: {} }, "Invalid collection"];
  }

  async function checkRefused(names) {
    const raw = await suite.raw();
    for (const name of names) {
      for (const [request, fault] of actionsOn(name, freshId())) {
        const { error } = await raw.expectError(request, kBadlyFormed);
        assert.equal(error.message, fault, JSON.stringify(request));
      }
    }
  }

  it("are none of the properties of every JavaScript object, on every action", async () => {
    await checkRefused(properties);
    await refuses(suite, kBadlyFormed, (d) =>
      properties.flatMap((property) => [
        ...["ps", "pu"].map((a) => ({ a, ch: property, seq: 1 })),
        { a: "p", ch: property, id: "me", p: 1, pv: 1 },
        { a: "p", ch: d, id: property, p: 1, pv: 1 },
      ]),
    );
  });

  it("are not empty, and have no NUL", stricter, () => checkRefused(["", "\0", "a\0b"]));

  it("that are no strings are called invalid", async () => {
    const raw = await suite.raw();
    const d = freshId();
    for (const wrong of [null, {}, 7]) {
      for (const a of ["nf", "nt"]) {
        const badCollection = await raw.expectError({ a, id: 1, c: wrong, d }, kBadlyFormed);
        assert.equal(badCollection.error.message, "Invalid collection");
        const badId = await raw.expectError({ a, id: 1, c, d: wrong }, kBadlyFormed);
        assert.equal(badId.error.message, "Invalid id");
      }
    }
  });

  it("may have 256 bytes and no more", onlyCowrite("has no limits"), async () => {
    const longs = ["x".repeat(257), "é".repeat(129), "y".repeat(4_000)];
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
    assert.deepEqual(await sender.request(message), { ...message, src: sender.id });
    await listener.expect({ ...message, src: sourceOf(sender.id) });
  });
});
