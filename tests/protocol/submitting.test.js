import assert from "node:assert/strict";
import { it } from "node:test";
import { atVersion, call, insertAt, settled, submit } from "../support/client.js";
import {
  ackMessage,
  checkMissing,
  commit,
  creation,
  history,
  kCollection as c,
  kDeletion,
  loggedMessage,
  opMessage,
  snapshot,
  textSnapshot,
  write,
} from "../support/documents.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";

const kAlreadyCreated = "ERR_DOC_ALREADY_CREATED";
const kDeleted = "ERR_DOC_WAS_DELETED";
const kNoDocument = "ERR_DOC_DOES_NOT_EXIST";

suite("operations", (suite) => {
  it("an acknowledgement holds src, seq and the version before the operation", async () => {
    const raw = await suite.raw();
    const d = freshId();
    const ack = await raw.request(opMessage(d, 0, 7, creation("a")));
    assert.deepEqual(ack, ackMessage(d, raw.id, 7, 0));
    assert.deepEqual(
      await raw.request(opMessage(d, 1, 9, { op: [1, "b"] })),
      ackMessage(d, raw.id, 9, 1),
    );
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "ab"));
  });

  it("a version of null or none means the newest", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "a");
    const ack = await raw.request(opMessage(d, null, 2, { op: [1, "b"] }));
    assert.deepEqual(ack, ackMessage(d, raw.id, 2, 1));
    const { v, ...message } = opMessage(d, 0, 3, { op: [2, "c"] });
    assert.deepEqual(await raw.request(message), ackMessage(d, raw.id, 3, 2));
    assert.deepEqual(await snapshot(raw, d), textSnapshot(3, "abc"));
  });

  it("who submits an old version first gets what it misses, subscribed or not", async () => {
    const [other, stale] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    const log = await write(other, d, "abc", [[3, "d"], [{ d: 1 }]]);
    stale.send(opMessage(d, 1, 1, { op: [3, "X"] }));
    for (const message of log.slice(1)) await stale.expect(message);
    await stale.expect(ackMessage(d, stale.id, 1, 3));
    assert.deepEqual(await snapshot(other, d), textSnapshot(4, "bcXd"));
    await stale.expectNothingMore(c, d);
  });

  it("everything below the acknowledged version comes before it, for subscribers too", async () => {
    const [other, subscriber] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(other, d, "");
    await subscriber.request({ a: "s", c, d, v: null });
    for (let v = 1; v <= 10; ++v) await commit(other, d, v, v + 1, { op: ["o"] });
    subscriber.send(opMessage(d, 1, 1, { op: ["S"] }));
    for (let seq = 12; seq <= 20; ++seq) {
      await other.submit(opMessage(d, null, seq, { op: ["o"] }));
    }
    const isAck = (message) => message.op === undefined;
    const before = [await subscriber.receive()];
    while (!isAck(before.at(-1))) before.push(await subscriber.receive());
    const ack = before.pop();
    assert.deepEqual(ack, ackMessage(d, subscriber.id, 1, ack.v));
    const versions = [...new Set(before.map(({ v }) => v))];
    assert.deepEqual(
      versions,
      Array.from({ length: ack.v - 1 }, (_, index) => index + 1),
    );
    for (let v = ack.v + 1; v <= 20; ++v) assert.equal((await subscriber.receive()).v, v);
    await subscriber.expectNothingMore(c, d);
  });

  it("the others get the operation as rebased, with the committed version", async () => {
    const [first, late, reader] = [await suite.raw(), await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(first, d, "ab");
    await reader.request({ a: "s", c, d, v: null });
    await commit(first, d, 1, 2, { op: ["😀😀", { d: 1 }] });
    late.send(opMessage(d, 1, 1, { op: [2, "!"] }));
    await reader.expect(loggedMessage(d, first.id, 2, 1, { op: ["😀😀", { d: 1 }] }));
    await reader.expect(loggedMessage(d, late.id, 1, 2, { op: [3, "!"] }));
    assert.deepEqual(await snapshot(reader, d), textSnapshot(3, "😀😀b!"));
  });

  it("of two inserts at one place the later committed stands left", async () => {
    const [first, late] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(first, d, "ab");
    await commit(first, d, 1, 2, { op: [1, "X"] });
    await late.submit(opMessage(d, 1, 1, { op: [1, "Y"] }));
    assert.deepEqual(await snapshot(first, d), textSnapshot(3, "aYXb"));
  });

  it("an empty operation is committed like any other", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(writer, d, "abc");
    await reader.request({ a: "s", c, d, v: null });
    await commit(writer, d, 1, 2, { op: [] });
    await reader.expect(loggedMessage(d, writer.id, 2, 1, { op: [] }));
    await commit(writer, d, 2, 3, { op: [{ d: 3 }] });
    await reader.expect(loggedMessage(d, writer.id, 3, 2, { op: [{ d: 3 }] }));
    const answer = await reader.submit(opMessage(d, 2, 1, { op: [{ d: 2 }] }));
    assert.deepEqual(answer, ackMessage(d, reader.id, 1, 3));
    assert.deepEqual(
      (await history(writer, d)).at(-1),
      loggedMessage(d, reader.id, 1, 3, { op: [] }),
    );
  });

  it("adjacent components of one kind and deletes with their text are taken", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "a😀cdef");
    await commit(raw, d, 1, 2, { op: ["x", "y", 1, { d: "😀" }, { d: 1 }, "z", "!"] });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "xyaz!def"));
  });

  it("a document is created by the short name of its type and known by the URI", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await commit(raw, d, 0, 1, { create: { type: "text-unicode", data: "t" } });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(1, "t"));
    const [created] = await history(raw, d);
    assert.equal(created.create.type, kTextUri);
  });

  it("a creation without data creates an empty text", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await commit(raw, d, 0, 1, { create: { type: kTextUri } });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(1, ""));
  });

  it("any text survives: controls, NUL, combining, astral, ZWJ and all line ends", async () => {
    const raw = await suite.raw();
    const d = freshId();
    const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join("");
    const text = `${controls}\x7f"\\/\r\n\u2028\u2029\ufeffé e\u0301 漢 𝒳 👨‍👩‍👧 🇩🇪 \u{10ffff}\ufffd\ufffe`;
    await write(raw, d, text, [[[...text].length, text]]);
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, text + text));
    assert.deepEqual((await history(raw, d))[1].op, [[...text].length, text]);
  });

  it("text written with JSON escapes counts code points", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "");
    const escaped = String.raw`["\ud83d\ude00\u0041\u0000\/"]`;
    raw.sendText(`{"a":"op","c":"docs","d":"${d}","v":1,"seq":2,"op":${escaped}}`);
    await raw.expect(ackMessage(d, raw.id, 2, 1));
    await commit(raw, d, 2, 3, { op: [4, "!"] });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(3, "😀A\0/!"));
  });

  it("deleting what does not exist succeeds and counts", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await commit(raw, d, 0, 1, kDeletion);
    await commit(raw, d, 1, 2, kDeletion);
    checkMissing(await snapshot(raw, d), 2);
    await commit(raw, d, 2, 3, creation("new"));
    assert.deepEqual(await snapshot(raw, d), textSnapshot(3, "new"));
  });

  it("op comes before create, and create before del, where several are given", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await commit(raw, d, 0, 1, { ...creation("c"), ...kDeletion });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(1, "c"));
    await commit(raw, d, 1, 2, { op: [1, "o"], ...creation("no"), ...kDeletion });
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "co"));
  });
});

suite("create, edit, delete: who beats whom", (suite) => {
  const edit = { op: [1, "S"] };
  const logged = {
    create: { before: null, change: creation("L") },
    op: { before: "ab", change: { op: [1, "L"] } },
    del: { before: "ab", change: kDeletion },
  };
  const submitted = { create: creation("S"), op: edit, del: kDeletion };
  const outcome = {
    "create over create": kAlreadyCreated,
    "op over create": kAlreadyCreated,
    "del over create": kAlreadyCreated,
    "create over op": kAlreadyCreated,
    "op over op": "aSLb",
    "del over op": null,
    "create over del": kDeleted,
    "op over del": kDeleted,
    "del over del": null,
  };

  for (const [name, expected] of Object.entries(outcome)) {
    const [late, early] = name.split(" over ");
    it(`${late} submitted over a committed ${early}: ${expected ?? "deletes"}`, async () => {
      const [first, second] = [await suite.raw(), await suite.raw()];
      const d = freshId();
      const { before, change } = logged[early];
      const base = before === null ? 0 : 1;
      if (before !== null) await write(first, d, before);
      await commit(first, d, base, 9, change);
      const request = opMessage(d, base, 1, submitted[late]);
      const untouched = await snapshot(first, d);
      if (expected?.startsWith("ERR_")) {
        await second.expectError(request, expected);
        assert.deepEqual(await snapshot(first, d), untouched);
        assert.equal((await history(first, d)).length, base + 1);
      } else {
        second.send(request);
        await second.expect(loggedMessage(d, first.id, 9, base, change));
        await second.expect(ackMessage(d, second.id, 1, base + 1));
        const after = await snapshot(first, d);
        if (expected === null) checkMissing(after, base + 2);
        else assert.deepEqual(after, textSnapshot(base + 2, expected));
      }
    });
  }

  it("at the current version a creation of what exists is refused", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "a");
    for (const v of [1, null, 0])
      await raw.expectError(opMessage(d, v, 5, creation("b")), kAlreadyCreated);
    assert.deepEqual(await snapshot(raw, d), textSnapshot(1, "a"));
  });

  it("an edit of what was never created or is deleted is refused", async () => {
    const raw = await suite.raw();
    const d = freshId();
    for (const v of [0, null])
      await raw.expectError(opMessage(d, v, 1, { op: ["a"] }), kNoDocument);
    await write(raw, d, "a");
    await commit(raw, d, 1, 3, kDeletion);
    for (const v of [2, null])
      await raw.expectError(opMessage(d, v, 4, { op: ["a"] }), kNoDocument);
    await raw.expectError(opMessage(d, 1, 5, { op: ["a"] }), kDeleted);
    checkMissing(await snapshot(raw, d), 2);
  });

  it("an operation from the future is refused", async () => {
    const raw = await suite.raw();
    const d = freshId();
    const newer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";
    for (const change of [{ op: ["a"] }, creation("a"), kDeletion]) {
      await raw.expectError(opMessage(d, 1, 1, change), newer);
    }
    await write(raw, d, "a");
    await raw.expectError(opMessage(d, 2, 2, { op: ["a"] }), newer);
    await raw.expectError(opMessage(d, Number.MAX_SAFE_INTEGER, 3, { op: ["a"] }), newer);
    assert.deepEqual(await snapshot(raw, d), textSnapshot(1, "a"));
  });

  it("a client whose edit meets a deletion is told, and goes on with the document as it is", async () => {
    const [one, two] = await suite.clients(2);
    const id = freshId();
    const [mine, theirs] = [await one.create(id, "text"), await two.subscribe(id)];
    one.socket.pause(); // It does not hear of the deletion before it sends.
    await call(theirs, "del");
    const refused = insertAt(mine, 0, "x");
    one.socket.resume();
    await assert.rejects(refused);
    await call(mine, "fetch");
    assert.equal(mine.type, null);
    await call(mine, "create", "again", kTextUri);
    await atVersion(theirs, 3);
    assert.equal(theirs.data, "again");
  });

  it("a client whose operation is refused is rolled back and goes on", async () => {
    const client = await suite.client();
    const doc = await client.create(freshId(), "abc");
    const sent = client.connection.send.bind(client.connection);
    client.connection.send = (message) =>
      sent(message.op ? { ...message, op: [1000, ...message.op] } : message);
    await assert.rejects(insertAt(doc, 1, "X"), { code: "ERR_OT_OP_NOT_APPLIED" });
    assert.equal(doc.data, "abc");
    client.connection.send = sent;
    await insertAt(doc, 3, "d");
    assert.equal(doc.data, "abcd");
    assert.equal(doc.version, 2);
  });
});

suite("repeated submissions", (suite) => {
  it("an operation sent again is acknowledged with its version, and applied once", async () => {
    const [raw, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(raw, d, "a");
    const message = opMessage(d, 1, 2, { op: [1, "b"] });
    assert.deepEqual(await raw.request(message), ackMessage(d, raw.id, 2, 1));
    const repeat = await raw.submit({ ...message, src: raw.id });
    assert.deepEqual(repeat, ackMessage(d, raw.id, 2, 1));
    assert.deepEqual(await snapshot(other, d), textSnapshot(2, "ab"));
    assert.equal((await history(other, d)).length, 2);
  });

  it("it is known by its src on another connection, long after", async () => {
    const [raw, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(raw, d, "");
    await commit(raw, d, 1, 2, { op: ["first"] });
    for (let v = 2; v < 60; ++v) await commit(other, d, v, v, { op: ["o"] });
    const again = await suite.raw();
    const message = { ...opMessage(d, 1, 2, { op: ["first"] }), src: raw.id };
    assert.deepEqual(await again.submit(message), ackMessage(d, raw.id, 2, 1));
    assert.equal((await snapshot(other, d)).v, 60);
  });

  it("it is acknowledged after later ones of its sender too", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "", [["a"], ["b"], ["c"], ["d"]]);
    for (const [seq, text] of [...".abcd"].entries()) {
      if (seq === 0) continue;
      const message = { ...opMessage(d, seq, seq + 1, { op: [text] }), src: raw.id };
      assert.deepEqual(await raw.submit(message), ackMessage(d, raw.id, seq + 1, seq));
    }
    assert.deepEqual(await snapshot(raw, d), textSnapshot(5, "dcba"));
  });

  it("it may come with a higher version, rebased over what its sender has seen", async () => {
    const [raw, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(other, d, "ab");
    await commit(other, d, 1, 2, { op: ["12"] });
    const first = opMessage(d, 1, 1, { op: [2, "X"] });
    assert.deepEqual(await raw.submit(first), ackMessage(d, raw.id, 1, 2));
    const rebased = { ...opMessage(d, 2, 1, { op: [4, "X"] }), src: raw.id };
    assert.deepEqual(await raw.submit(rebased), ackMessage(d, raw.id, 1, 2));
    assert.deepEqual(await snapshot(other, d), textSnapshot(3, "12abX"));
  });

  it("a creation sent again without a version is acknowledged; another's is refused", async () => {
    const [raw, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    const message = opMessage(d, null, 1, creation("a"));
    assert.deepEqual(await raw.request(message), ackMessage(d, raw.id, 1, 0));
    await commit(raw, d, 1, 2, { op: [1, "b"] });
    const repeat = await raw.submit({ ...message, src: raw.id });
    assert.deepEqual(repeat, ackMessage(d, raw.id, 1, 0));
    await other.expectError(opMessage(d, null, 1, creation("a")), kAlreadyCreated);
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "ab"));
  });

  it("a repeat is found in the document's own log only", async () => {
    const raw = await suite.raw();
    const [d, e] = [freshId(), freshId()];
    await commit(raw, d, 0, 1, creation("d"));
    await commit(raw, e, 0, 1, creation("e"));
    assert.deepEqual(await snapshot(raw, e), textSnapshot(1, "e"));
  });

  it(
    "a repeat that says something else is refused, never acknowledged",
    onlyCowrite("takes whatever has the same src and seq for a repeat"),
    async () => {
      const [victim, thief] = [await suite.raw(), await suite.raw()];
      const d = freshId();
      await write(thief, d, "text");
      const theft = { ...opMessage(d, 1, 1, { op: ["stolen "] }), src: victim.id };
      assert.equal((await thief.submit(theft)).error, undefined);
      const { error } = await victim.submit(opMessage(d, 1, 1, { op: [4, " of mine"] }));
      assert.equal(error?.code, "ERR_OP_SEQUENCE_REUSED");
      assert.equal((await history(thief, d)).length, 2);
      await commit(victim, d, 2, 2, { op: ["!"] });
    },
  );
});
