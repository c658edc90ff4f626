import assert from "node:assert/strict";
import { it } from "node:test";
import { within } from "../support/deadline.js";
import {
  commit,
  creation,
  kCollection as c,
  loggedMessage,
  textSnapshot,
  write,
} from "../support/documents.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";

const kReaders = 6;
const kOperations = 1_200;
const kFetches = 20;
const kMiB = 1 << 20;
const kPiece = "p".repeat(64 << 10);

suite("a slow reader", (suite) => {
  const option = onlyCowrite("queues without a bound");

  it("is dropped, costs bounded memory, and resumes by version", option, async () => {
    const [writer, quick] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(writer, d, "");
    await quick.request({ a: "s", c, d, v: null });
    const slow = [];
    for (let index = 0; index < kReaders; ++index) {
      const reader = await suite.raw();
      await reader.request({ a: "s", c, d, v: null });
      reader.socket.pause();
      slow.push(reader);
    }

    // Replaces 64 KiB by other 64 KiB again and again: 75 MiB for each of the readers, in a
    // document that does not grow.
    const before = suite.server.residentBytes;
    let most = before;
    for (let v = 1; v <= kOperations; ++v) {
      const op = v === 1 ? [kPiece] : [kPiece, { d: kPiece.length }];
      await commit(writer, d, v, v + 1, { op });
      await quick.expect(loggedMessage(d, writer.id, v + 1, v, { op }));
      most = Math.max(most, suite.server.residentBytes);
    }
    const grown = Math.round((most - before) / kMiB);
    assert.ok(grown < 200, `the server grew by ${grown} MiB`);

    const [reader] = slow;
    slow.forEach(({ socket }) => socket.resume());
    for (const { closed } of slow) await within(closed, "the slow reader is dropped");
    const seen = reader.arrived.filter((message) => message.a === "op");
    seen.forEach((message, index) => assert.equal(message.v, index + 1));
    assert.ok(seen.length < kOperations, "it was dropped before it had everything");

    const again = await suite.raw({ id: reader.id });
    again.send({ a: "s", c, d, v: seen.length + 1 });
    for (let v = seen.length + 1; v <= kOperations; ++v) {
      const message = await again.receive();
      assert.equal(message.v, v);
      most = Math.max(most, suite.server.residentBytes);
    }
    await again.expect({ a: "s", c, d });
    await commit(writer, d, kOperations + 1, kOperations + 2, { op: [{ d: kPiece.length }] });
    assert.equal((await again.receive()).v, kOperations + 1);
    assert.ok((most - before) / kMiB < 200, "catching up costs bounded memory");
  });

  it("of a long history is paced, and others are served meanwhile", async () => {
    const [writer, reader, other] = [await suite.raw(), await suite.raw(), await suite.raw()];
    const [long, short] = [freshId(), freshId()];
    await commit(writer, long, 0, 1, creation(""));
    for (let v = 1; v <= 100; ++v) {
      const op = v === 1 ? [kPiece] : [kPiece, { d: kPiece.length }];
      await commit(writer, long, v, v + 1, { op });
    }
    await write(writer, short, "short");
    reader.socket.pause();
    for (let index = 0; index < kFetches; ++index) reader.send({ a: "f", c, d: long, v: 0 });
    for (let index = 0; index < 50; ++index) {
      const reply = await other.request({ a: "f", c, d: short, v: null });
      assert.deepEqual(reply.data, textSnapshot(1, "short"));
    }
    reader.socket.resume();
    // The answers may share the way, but each has all of its operations before its end.
    const seen = new Array(101).fill(0);
    for (let replies = 0; replies < kFetches;) {
      const message = await reader.receive();
      if (message.a === "op") {
        ++seen[message.v];
        if (message.v > 0) assert.ok(seen[message.v] <= seen[message.v - 1], "in order");
      } else {
        assert.deepEqual(message, { a: "f", c, d: long });
        ++replies;
        assert.ok(Math.min(...seen) >= replies);
      }
    }
    assert.ok(seen.every((times) => times === kFetches));
  });
});
