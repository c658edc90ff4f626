import assert from "node:assert/strict";
import { it } from "node:test";
import { besideOthers, refuses } from "../support/bystanders.js";
import {
  ackMessage,
  commit,
  creation,
  history,
  kCollection as c,
  opMessage,
  snapshot,
  textSnapshot,
  write,
} from "../support/documents.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";

const kBadlyFormed = "ERR_MESSAGE_BADLY_FORMED";
const kOpBadlyFormed = "ERR_OT_OP_BADLY_FORMED";
const kNotApplied = "ERR_OT_OP_NOT_APPLIED";
const kTypes = ["ERR_DOC_TYPE_NOT_RECOGNIZED", kOpBadlyFormed];
const kOverflow = "ERR_CONNECTION_SEQ_INTEGER_OVERFLOW";
const stricter = onlyCowrite("lets it pass");

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
    const answer = await other.submit(opMessage(d, 1, 2, { op: [3, "x"] }));
    assert.deepEqual(answer, ackMessage(d, other.id, 2, 2));
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
        const { error } = await raw.submit(opMessage(d, null, seq, { op }));
        assert.equal(error?.code, bad ? kNotApplied : undefined);
      }
    });
    await Promise.all(work);
    const { v, data } = await snapshot(writers[0], d);
    assert.match(data, /^g+$/);
    assert.equal(v, data.length + 1);
  });
});

suite("another's src", (suite) => {
  it(
    "as others see it changes nothing for the other",
    onlyCowrite("shows the id by which anybody can submit in its name"),
    async () => {
      const [victim, thief] = [await suite.raw(), await suite.raw()];
      const d = freshId();
      const [created] = await write(victim, d, "v");
      const [{ src }] = await history(thief, d);
      assert.equal(src, created.src);
      assert.notEqual(src, victim.id);
      for (const seq of [2, 2 ** 53 - 2]) {
        const forged = opMessage(d, 1, seq, { op: ["thief "] });
        const ack = await thief.submit({ ...forged, src });
        assert.equal(ack.error, undefined);
        assert.equal(ack.src, src, "the thief's own id");
      }
      await commit(victim, d, 3, 2, { op: ["first "] });
      await commit(victim, d, 4, 3, { op: ["second "] });
      assert.equal((await snapshot(thief, d)).data, "second first thief thief v");
    },
  );

  /** The thief submits as the victim would, and is acknowledged. */
  const forge = async (thief, victim, message) => {
    const { error } = await thief.submit({ ...message, src: victim.id });
    assert.equal(error, undefined);
  };

  it(
    "used with a higher count makes nobody's operation seem seen",
    onlyCowrite("does the same by reading the log"),
    async () => {
      const [victim, thief] = [await suite.raw(), await suite.raw()];
      const d = freshId();
      await write(victim, d, "v");
      await forge(thief, victim, opMessage(d, 1, 1_000_000, { op: ["thief "] }));
      const answer = await victim.submit(opMessage(d, 1, 2, { op: [1, "!"] }));
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
        await forge(thief, victim, opMessage(d, 1, 2, { op: ["thief "] }));
        const { error } = await victim.submit(opMessage(d, base, 2, { op: [4, " of the victim"] }));
        assert.equal(error?.code, "ERR_OP_SEQUENCE_REUSED", `base ${base}`);
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
      await forge(thief, victim, opMessage(d, 0, 1, creation("thief")));
      const { error } = await victim.submit(opMessage(d, null, 1, creation("victim")));
      assert.ok(error);
      assert.deepEqual(await snapshot(thief, d), textSnapshot(1, "thief"));
    },
  );
});
