import assert from "node:assert/strict";
import { it } from "node:test";
import { atVersion, call, insertAt, next, removeAt } from "../support/client.js";
import { commit, kCollection as c, kDeletion, write } from "../support/documents.js";
import { until } from "../support/deadline.js";
import { onlyCowrite } from "../support/server.js";
import { sourceOf } from "../support/source.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri as t } from "../support/text_type.js";

/** The acknowledgement of a presence, and what the others are sent of it. */
const acked = (message, sender) => ({ ...message, src: sender.id });
const seen = (message, sender) => ({ ...message, src: sourceOf(sender.id) });

const join = async (raw, ch, seq = 1) =>
  assert.deepEqual(await raw.request({ a: "ps", ch, seq }), { a: "ps", ch, seq });

/** Clients that listen to one channel, with all questions for presence taken. */
async function audience(suite, ch, count) {
  const clients = [];
  for (let index = 0; index < count; ++index) {
    const raw = await suite.raw();
    await join(raw, ch);
    for (const earlier of clients) await earlier.expect({ a: "pr", ch });
    clients.push(raw);
  }
  return clients;
}

/** The next message, which must end this value. ShareDB's own server adds a `seq` that is null. */
async function expectGone(raw, message) {
  const { seq, ...gone } = await raw.receive();
  assert.deepEqual(gone, { ...message, p: null });
}

/**
 * Nothing of the channel is on its way to the client: a value that another sends now comes next.
 */
async function expectNothingMoreOn(ch, raw, sender) {
  const message = { a: "p", ch, id: "last", p: "marker", pv: 1 };
  assert.deepEqual(await sender.request(message), acked(message, sender));
  await raw.expect(seen(message, sender));
}

suite("presence on a channel", (suite) => {
  it("joining asks the others for their values, once", async () => {
    const ch = freshId();
    const [first, second] = await audience(suite, ch, 2);
    await join(second, ch, 2);
    await expectNothingMoreOn(ch, first, second);
  });

  it("a value reaches the others, and its sender as the acknowledgement", async () => {
    const ch = freshId();
    const [sender, one, two] = await audience(suite, ch, 3);
    const values = [{ name: "Ann 😀", deep: { list: [1, [2, null]] } }, "text", 0, false, [], null];
    for (const [index, p] of values.entries()) {
      const message = { a: "p", ch, id: "cursor", p, pv: index + 1 };
      assert.deepEqual(await sender.request(message), acked(message, sender));
      for (const raw of [one, two]) await raw.expect(seen(message, sender));
    }
  });

  it("a value of who does not listen is acknowledged and passed on", async () => {
    const ch = freshId();
    const lonely = await suite.raw();
    const message = { a: "p", ch, id: "me", p: 1, pv: 1 };
    assert.deepEqual(await lonely.request(message), acked(message, lonely));
    const [listener] = await audience(suite, ch, 1);
    const later = { ...message, p: 2, pv: 2 };
    assert.deepEqual(await lonely.request(later), acked(later, lonely));
    await listener.expect(seen(later, lonely));
  });

  it("channels are apart", async () => {
    const [ch, other] = [freshId(), freshId()];
    const [sender, listener] = await audience(suite, ch, 2);
    await join(sender, other);
    await sender.request({ a: "p", ch: other, id: "me", p: 1, pv: 1 });
    await expectNothingMoreOn(ch, listener, sender);
  });

  it("a connection with the sender's src gets nothing of it", async () => {
    const ch = freshId();
    const [listener] = await audience(suite, ch, 1);
    const twins = [await suite.raw({ id: `${ch}-twin` }), await suite.raw({ id: `${ch}-twin` })];
    const message = { a: "p", ch, id: "me", p: 1, pv: 1 };
    for (const twin of twins) twin.send({ a: "ps", ch, seq: 1 });
    for (const twin of twins) while ((await twin.receive()).a !== "ps");
    twins[0].send(message);
    const nextValue = async (raw) => {
      for (;;) {
        const received = await raw.receive();
        if (received.a === "p") return received;
      }
    };
    assert.deepEqual(await nextValue(listener), { ...message, src: sourceOf(`${ch}-twin`) });
    const marker = { ...message, id: "marker" };
    listener.send(marker);
    assert.deepEqual(await nextValue(twins[1]), seen(marker, listener));
  });

  it("after leaving nothing more comes, and the others hear that it is gone", async () => {
    const ch = freshId();
    const [leaver, other, third] = await audience(suite, ch, 3);
    const message = { a: "p", ch, id: "me", p: "here", pv: 4 };
    await leaver.request(message);
    for (const raw of [other, third]) await raw.expect(seen(message, leaver));
    assert.deepEqual(await leaver.request({ a: "pu", ch, seq: 2 }), { a: "pu", ch, seq: 2 });
    for (const raw of [other, third]) await expectGone(raw, seen(message, leaver));
    await expectNothingMoreOn(ch, third, other);
    assert.deepEqual(await leaver.request({ a: "pp" }), { a: "pp" });
  });

  for (const end of ["close", "drop"]) {
    it(`a connection that ends (${end}) takes all its values with it`, async () => {
      const ch = freshId();
      const [leaver, other] = await audience(suite, ch, 2);
      for (const id of ["one", "two"]) {
        await leaver.request({ a: "p", ch, id, p: id, pv: 7 });
        await other.receive();
      }
      leaver[end]();
      const gone = [await other.receive(), await other.receive()];
      gone.sort((one, two) => (one.id < two.id ? -1 : 1));
      for (const [index, id] of ["one", "two"].entries()) {
        const { seq, ...message } = gone[index];
        assert.deepEqual(message, { a: "p", ch, src: sourceOf(leaver.id), id, p: null, pv: 7 });
      }
    });
  }

  it(
    "a connection that only sends takes its values with it too",
    onlyCowrite("leaves the values of who does not listen"),
    async () => {
      const ch = freshId();
      const [listener] = await audience(suite, ch, 1);
      const lonely = await suite.raw();
      const message = { a: "p", ch, id: "me", p: 1, pv: 1 };
      await lonely.request(message);
      await listener.expect(seen(message, lonely));
      lonely.drop();
      await expectGone(listener, seen(message, lonely));
    },
  );

  it("every value is acknowledged, and the last one reaches the others", async () => {
    const ch = freshId();
    const [sender, other] = await audience(suite, ch, 2);
    const count = 300;
    for (let pv = 1; pv <= count; ++pv) sender.send({ a: "p", ch, id: "me", p: { at: pv }, pv });
    const acks = [];
    for (let pv = 1; pv <= count; ++pv) acks.push(await sender.receive());
    acks.sort((one, two) => one.pv - two.pv);
    for (const [index, ack] of acks.entries()) {
      const pv = index + 1;
      assert.deepEqual(ack, { a: "p", ch, src: sender.id, id: "me", p: { at: pv }, pv });
    }
    let last = 0;
    while (last < count) {
      const { pv, p } = await other.receive();
      assert.ok(pv > last);
      assert.deepEqual(p, { at: pv });
      last = pv;
    }
  });

  it("a client may ask for everyone's values", async () => {
    const ch = freshId();
    const [asker, other] = await audience(suite, ch, 2);
    assert.deepEqual(await asker.request({ a: "pr", ch }), { a: "pr" });
    await other.expect({ a: "pr", ch });
    assert.deepEqual(await asker.request({ a: "pp" }), { a: "pp" });
  });

  it("who comes back under its old id is asked for its own values", async () => {
    const ch = freshId();
    const returning = await suite.raw({ id: `${ch}-old` });
    returning.send({ a: "ps", ch, seq: 1 });
    const received = [await returning.receive(), await returning.receive()];
    received.sort((one, two) => (one.a < two.a ? -1 : 1));
    assert.deepEqual(received, [
      { a: "pr", ch },
      { a: "ps", ch, seq: 1 },
    ]);
  });

  it("sharedb clients see each other come, move and go", async () => {
    const [one, two] = await suite.clients(2);
    const ch = freshId();
    const [here, there] = [one, two].map((client) => client.connection.getPresence(ch));
    await call(there, "subscribe");
    const mine = here.create("ann");
    let seen = next(there, "receive");
    await call(mine, "submit", { name: "Ann" });
    assert.deepEqual(await seen, ["ann", { name: "Ann" }]);
    const late = await suite.client();
    const newcomer = late.connection.getPresence(ch);
    await call(here, "subscribe");
    seen = next(newcomer, "receive");
    await call(newcomer, "subscribe");
    assert.deepEqual(await seen, ["ann", { name: "Ann" }]);
    const isGone = () => there.remotePresences.ann === undefined;
    one.socket.terminate();
    await until(there, ["receive"], isGone, "Ann is gone");
    await until(one.connection, ["state"], () => one.connection.state === "disconnected", "cut");
    seen = next(there, "receive");
    await one.reconnect();
    assert.deepEqual(await seen, ["ann", { name: "Ann" }]);
    await call(mine, "destroy");
    await until(there, ["receive"], isGone, "Ann is gone again");
  });
});

suite("presence in a document", (suite) => {
  /** A listener on the document's channel, a sender, and a document at version 1 with this text. */
  async function stage(text) {
    const d = freshId();
    const ch = `${c}.${d}`;
    const [sender, listener] = await audience(suite, ch, 2);
    const writer = await suite.raw();
    await write(writer, d, text);
    return { d, ch, sender, listener, writer };
  }

  it("a value at the current version is passed on as it is", async () => {
    const { d, ch, sender, listener } = await stage("abc");
    const message = { a: "p", ch, id: "me", p: 2, pv: 1, c, d, v: 1, t };
    assert.deepEqual(await sender.request(message), acked(message, sender));
    await listener.expect(seen(message, sender));
  });

  it(
    "a value ahead of the document is acknowledged, and passed on when the version is there",
    onlyCowrite("passes it on"),
    async () => {
      const { d, ch, sender, listener, writer } = await stage("abc");
      const far = { a: "p", ch, id: "far", p: 2, pv: 1, c, d, v: 2 ** 53 - 1, t };
      assert.deepEqual(await sender.request(far), acked(far, sender));
      const soon = { ...far, id: "soon", v: 2 };
      assert.deepEqual(await sender.request(soon), acked(soon, sender));
      await expectNothingMoreOn(ch, listener, sender);
      await commit(writer, d, 1, 2, { op: ["x"] });
      await listener.expect(seen(soon, sender));
      await expectNothingMoreOn(ch, listener, sender);
      sender.drop();
      const gone = [await listener.receive(), await listener.receive(), await listener.receive()];
      gone.sort((one, two) => (one.id < two.id ? -1 : 1));
      assert.deepEqual(
        gone.map(({ id, p, v }) => [id, p, v]),
        [
          ["far", null, 2],
          ["last", null, undefined],
          ["soon", null, 2],
        ],
      );
    },
  );

  it(
    "somebody else's id is acknowledged, and its value is not passed on",
    onlyCowrite("passes it on"),
    async () => {
      const ch = freshId();
      const [owner, listener, other] = await audience(suite, ch, 3);
      const message = { a: "p", ch, id: "me", p: 1, pv: 1 };
      await owner.request(message);
      for (const raw of [listener, other]) await raw.expect(seen(message, owner));
      for (const p of ["a lie", null]) {
        const lie = { ...message, p, pv: 2 ** 53 - 1 };
        assert.deepEqual(await other.request(lie), acked(lie, other));
      }
      await expectNothingMoreOn(ch, listener, other);
    },
  );

  const moved = [
    ["a cursor behind an insert", 3, [1, "😀😀"], 5],
    ["a cursor before an insert", 1, [2, "xx"], 1],
    ["a cursor at another's insert", 2, [2, "xx"], 2],
    ["a cursor behind a delete", 4, [1, { d: 2 }], 2],
    ["a cursor inside a delete", 3, [1, { d: "😀cd" }], 1],
    ["a selection", [1, 4], [2, "x"], [1, 5]],
    ["a selection from right to left", [4, 1], ["x"], [5, 2]],
    [
      "an index with a length",
      { index: 1, length: 3, name: "Ann" },
      [2, { d: 1 }],
      { index: 1, length: 2, name: "Ann" },
    ],
    ["an index alone", { index: 3, more: [1] }, ["xy"], { index: 5, more: [1] }],
    ["null", null, ["xy"], null],
    ["something else", { name: "Ann", at: 3 }, ["xy"], { name: "Ann", at: 3 }],
    ["a list of three", [1, 2, 3], ["xy"], [1, 2, 3]],
  ];
  for (const [what, p, op, expected] of moved) {
    it(`${what} from an old version is moved to the current one`, async () => {
      const { d, ch, sender, listener, writer } = await stage("a😀cdef");
      await commit(writer, d, 1, 2, { op });
      const message = { a: "p", ch, id: "me", p, pv: 1, c, d, v: 1, t };
      const passed = { ...message, p: expected, v: 2 };
      assert.deepEqual(await sender.request(message), acked(passed, sender));
      await listener.expect(seen(passed, sender));
    });
  }

  it("a cursor at an own insert moves with it", async () => {
    const { d, ch, sender, listener } = await stage("abc");
    await commit(sender, d, 1, 2, { op: [2, "xx"] });
    const message = { a: "p", ch, id: "me", p: 2, pv: 1, c, d, v: 1, t };
    const passed = { ...message, p: 4, v: 2 };
    assert.deepEqual(await sender.request(message), acked(passed, sender));
    await listener.expect(seen(passed, sender));
  });

  it("a cursor from before a deletion is gone", async () => {
    const { d, ch, sender, listener, writer } = await stage("abc");
    await commit(writer, d, 1, 2, kDeletion);
    const message = { a: "p", ch, id: "me", p: 2, pv: 1, c, d, v: 1, t };
    const passed = { ...message, p: null, v: 2 };
    assert.deepEqual(await sender.request(message), acked(passed, sender));
    await listener.expect(seen(passed, sender));
  });

  it("a type that has no presence, or none at all, is refused", async () => {
    const { d, ch, sender, listener, writer } = await stage("abc");
    await commit(writer, d, 1, 2, { op: ["x"] });
    const message = { a: "p", ch, id: "me", p: 2, pv: 1, c, d, v: 1 };
    for (const type of ["http://sharejs.org/types/JSONv0", "unknown"]) {
      await sender.expectError({ ...message, t: type }, "ERR_TYPE_DOES_NOT_SUPPORT_PRESENCE");
    }
    await sender.expectError({ ...message, pv: 2 }, "ERR_DOC_TYPE_NOT_RECOGNIZED");
    await expectNothingMoreOn(ch, listener, sender);
  });

  it("its end tells the others with the last message and null", async () => {
    const { d, ch, sender, listener } = await stage("abc");
    const message = { a: "p", ch, id: "me", p: 2, pv: 3, c, d, v: 1, t };
    await sender.request(message);
    await listener.expect(seen(message, sender));
    sender.drop();
    await expectGone(listener, seen(message, sender));
  });

  it("sharedb clients see cursors move with the text", async () => {
    const [one, two] = await suite.clients(2);
    const id = freshId();
    const [mine, theirs] = [await one.create(id, "hello"), await two.subscribe(id)];
    const [here, there] = [one, two].map((client) => client.connection.getDocPresence(c, id));
    await Promise.all([call(here, "subscribe"), call(there, "subscribe")]);
    const seen = next(there, "receive");
    await call(here.create("cursor"), "submit", { index: 5, length: 0 });
    assert.deepEqual(await seen, ["cursor", { index: 5, length: 0 }]);
    await insertAt(theirs, 0, "😀 ");
    assert.deepEqual(there.remotePresences.cursor, { index: 7, length: 0 });
    await atVersion(mine, 2);
    await removeAt(mine, 6, 1);
    await atVersion(theirs, 3);
    assert.deepEqual(there.remotePresences.cursor, { index: 6, length: 0 });
    one.socket.terminate();
    await until(there, ["receive"], () => !there.remotePresences.cursor, "the cursor is gone");
  });
});
