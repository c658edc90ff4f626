import assert from "node:assert/strict";
import { it } from "node:test";
import { atVersion, call, insertAt } from "../support/client.js";
import {
  ackMessage,
  checkMissing,
  commit,
  creation,
  kCollection as c,
  kDeletion,
  asOwn,
  loggedMessage,
  ownMessage,
  opMessage,
  textSnapshot,
  write,
} from "../support/documents.js";
import { freshId, suite } from "../support/suite.js";

suite("fetch and subscribe", (suite) => {
  it("a document that nobody has written is there, at version 0 and without type", async () => {
    const raw = await suite.raw();
    for (const request of [{ v: null }, {}]) {
      for (const a of ["f", "s"]) {
        const d = freshId();
        const { data, ...reply } = await raw.request({ a, c, d, ...request });
        assert.deepEqual(reply, { a, c, d });
        checkMissing(data, 0);
      }
    }
  });

  it("without a version the reply holds a snapshot with its type", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "naïve 😀", [[7, "!"]]);
    for (const a of ["f", "s"]) {
      const data = textSnapshot(2, "naïve 😀!");
      assert.deepEqual(await raw.request({ a, c, d, v: null }), { a, c, d, data });
    }
  });

  it("a deleted document keeps its version and has neither type nor text", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "gone");
    await commit(raw, d, 1, 2, kDeletion);
    checkMissing((await raw.request({ a: "f", c, d, v: null })).data, 2);
  });

  it("from a version on the operations come in order, own ones too, and then the reply", async () => {
    const raw = await suite.raw();
    const d = freshId();
    const log = asOwn(raw, await write(raw, d, "a", [[1, "b"], [2, "c"], []]));
    for (const a of ["f", "s"]) {
      for (const v of [0, 1, 3]) {
        raw.send({ a, c, d, v });
        for (const message of log.slice(v)) await raw.expect(message);
        await raw.expect({ a, c, d });
      }
    }
  });

  it("the log tells creation, edit and deletion", async () => {
    const raw = await suite.raw();
    const d = freshId();
    const log = asOwn(raw, await write(raw, d, "x", [[1, "y"]]));
    await commit(raw, d, 2, 3, kDeletion);
    await commit(raw, d, 3, 4, creation("again"));
    raw.send({ a: "f", c, d, v: 0 });
    for (const message of log) await raw.expect(message);
    await raw.expect(ownMessage(d, raw.id, 3, 2, kDeletion));
    await raw.expect(ownMessage(d, raw.id, 4, 3, creation("again")));
    await raw.expect({ a: "f", c, d });
  });

  it("at the current version there is just the reply", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "a", [[1, "b"]]);
    for (const a of ["f", "s"]) assert.deepEqual(await raw.request({ a, c, d, v: 2 }), { a, c, d });
  });

  it("a subscriber gets what others commit, with src, seq and version", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    checkMissing((await reader.request({ a: "s", c, d, v: null })).data, 0);
    const log = await write(writer, d, "", [["hello"], [5, " 👨‍👩‍👧"]]);
    for (const message of log) await reader.expect(message);
    await commit(writer, d, 3, 9, kDeletion);
    await reader.expect(loggedMessage(d, writer.id, 9, 3, kDeletion));
  });

  it("a fetch does not subscribe", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(writer, d, "");
    await reader.request({ a: "f", c, d, v: null });
    await reader.request({ a: "f", c, d, v: 1 });
    await commit(writer, d, 1, 2, { op: ["x"] });
    await reader.expectNothingMore(c, d);
  });

  it("subscribing again delivers once", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(writer, d, "");
    await reader.request({ a: "s", c, d, v: null });
    await reader.request({ a: "s", c, d, v: 1 });
    await reader.request({ a: "bs", c, b: { [d]: 1 } });
    await commit(writer, d, 1, 2, { op: ["once"] });
    await reader.expect(loggedMessage(d, writer.id, 2, 1, { op: ["once"] }));
    await reader.expectNothingMore(c, d);
  });

  it("after an unsubscription is answered nothing more comes", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(writer, d, "");
    await reader.request({ a: "s", c, d, v: null });
    await commit(writer, d, 1, 2, { op: ["a"] });
    await reader.expect(loggedMessage(d, writer.id, 2, 1, { op: ["a"] }));
    assert.deepEqual(await reader.request({ a: "u", c, d }), { a: "u", c, d });
    await commit(writer, d, 2, 3, { op: ["b"] });
    await reader.expectNothingMore(c, d);
  });

  it("unsubscribing from what was never subscribed is answered", async () => {
    const raw = await suite.raw();
    const [d, e] = [freshId(), freshId()];
    assert.deepEqual(await raw.request({ a: "u", c, d }), { a: "u", c, d });
    assert.deepEqual(await raw.request({ a: "bu", c, b: [d, e] }), { a: "bu", c, b: [d, e] });
  });

  it("a list of ids gets a snapshot of each, also of those never created", async () => {
    const raw = await suite.raw();
    const [written, missing, deleted] = [freshId(), freshId(), freshId()];
    await write(raw, written, "text");
    await write(raw, deleted, "gone");
    await commit(raw, deleted, 1, 2, kDeletion);
    for (const a of ["bf", "bs"]) {
      const { data, ...rest } = await raw.request({ a, c, b: [written, missing, deleted] });
      assert.deepEqual(rest, { a, c });
      assert.deepEqual(Object.keys(data).sort(), [written, missing, deleted].sort());
      assert.deepEqual(data[written], textSnapshot(1, "text"));
      checkMissing(data[missing], 0);
      checkMissing(data[deleted], 2);
    }
    assert.deepEqual(await raw.request({ a: "bf", c, b: [] }), { a: "bf", c, data: {} });
  });

  it("a map of versions gets the operations since, and then the map", async () => {
    const raw = await suite.raw();
    const [d, e, missing] = [freshId(), freshId(), freshId()];
    const logs = {
      [d]: asOwn(raw, await write(raw, d, "d", [["1"], ["2"]])),
      [e]: asOwn(raw, await write(raw, e, "e")),
    };
    const b = { [d]: 1, [e]: 0, [missing]: 0 };
    for (const a of ["bf", "bs"]) {
      const messages = await raw.requestAll({ a, c, b }, (message) => message.a === a);
      assert.deepEqual(messages.pop(), { a, c, b });
      const of = (id) => messages.filter((message) => message.d === id);
      assert.deepEqual(of(d), logs[d].slice(1));
      assert.deepEqual(of(e), logs[e]);
      assert.equal(messages.length, 3);
    }
    assert.deepEqual(await raw.request({ a: "bf", c, b: {} }), { a: "bf", c, b: {} });
  });

  it("bulk subscriptions deliver, and bulk unsubscriptions end it", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const ids = [freshId(), freshId()];
    await reader.request({ a: "bs", c, b: ids });
    for (const d of ids) {
      const [message] = await write(writer, d, d);
      await reader.expect(message);
    }
    assert.deepEqual(await reader.request({ a: "bu", c, b: ids }), { a: "bu", c, b: ids });
    for (const d of ids) await commit(writer, d, 1, 2, { op: ["unseen"] });
    for (const d of ids) await reader.expectNothingMore(c, d);
  });

  it("own operations are not delivered, only acknowledged", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await raw.request({ a: "s", c, d, v: null });
    await write(raw, d, "", [["mine"]]);
    await raw.expectNothingMore(c, d);
  });

  it("own is who has the same src, on another connection too", async () => {
    const first = await suite.raw({ id: "same-src" });
    const second = await suite.raw({ id: "same-src" });
    const other = await suite.raw();
    const d = freshId();
    for (const raw of [first, second, other]) await raw.request({ a: "s", c, d, v: null });
    const [message] = await write(first, d, "");
    await other.expect(message);
    await second.expectNothingMore(c, d);
  });

  it("an operation under a former src is own to that src, not to the connection", async () => {
    const [sender, former, other] = [
      await suite.raw(),
      await suite.raw({ id: "former-src" }),
      await suite.raw(),
    ];
    const d = freshId();
    await write(other, d, "");
    for (const raw of [sender, former, other]) await raw.request({ a: "s", c, d, v: 1 });
    const again = { ...opMessage(d, 1, 5, { op: ["x"] }), src: "former-src" };
    const logged = loggedMessage(d, "former-src", 5, 1, { op: ["x"] });
    const isAck = (message) => message.op === undefined;
    const messages = await sender.requestAll(again, isAck);
    assert.deepEqual(messages.pop(), ackMessage(d, "former-src", 5, 1));
    await other.expect(logged);
    await former.expectNothingMore(c, d);
  });

  it("names are pairs: ('a.b', 'c') is not ('a', 'b.c')", async () => {
    const [writer, reader] = [await suite.raw(), await suite.raw()];
    const id = freshId();
    const pairs = [
      [`${id}.b`, "c"],
      [id, "b.c"],
      [`${id}.b.c`, "."],
      [id, "b\u0001c"],
      [`${id}\u0001b`, "c"],
    ];
    for (const [collection, d] of pairs)
      await reader.request({ a: "s", c: collection, d, v: null });
    for (const [collection, d] of pairs) {
      const [message] = await write(writer, d, `${collection}/${d}`, [], collection);
      await reader.expect(message);
      await reader.expectNothingMore(collection, d);
    }
    for (const [collection, d] of pairs) {
      const { data } = await reader.request({ a: "f", c: collection, d, v: null });
      assert.deepEqual(data, textSnapshot(1, `${collection}/${d}`));
    }
  });

  it("the sharedb client subscribes, follows, leaves and comes back", async () => {
    const [writer, reader] = await suite.clients(2);
    const id = freshId();
    const written = await writer.create(id, "one");
    const read = await reader.subscribe(id);
    assert.equal(read.data, "one");
    await insertAt(written, 3, " two");
    await atVersion(read, 2);
    assert.equal(read.data, "one two");
    await call(read, "unsubscribe");
    await insertAt(written, 7, " three");
    assert.equal(read.version, 2);
    await call(read, "fetch");
    assert.equal(read.data, "one two three");
    await call(read, "subscribe");
    await call(written, "del");
    await atVersion(read, 4);
    assert.equal(read.type, null);
    assert.deepEqual([...writer.errors, ...reader.errors], []);
  });
});
