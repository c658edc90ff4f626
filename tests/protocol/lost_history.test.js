// A data folder that is not what it was: replaced by an older one, or damaged.

import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { it } from "node:test";
import { submit } from "../support/client.js";
import { flipBitInLargestTable } from "../support/damage.js";
import {
  commit,
  creation,
  opMessage,
  snapshot,
  textSnapshot,
  write,
} from "../support/documents.js";
import { Random, kSeed } from "../support/random.js";
import { checkError } from "../support/raw_client.js";
import { cowrite } from "../support/server.js";
import { freshId, restartingSuite } from "../support/suite.js";

const c = "docs";
const kNewer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";

restartingSuite("a data folder that lost something", (suite) => {
  const health = async () => (await fetch(`${suite.server.url}/healthz`)).text();

  /** Ends the server, and starts one on the folder as it was before `meanwhile`. */
  async function replaceHistory(meanwhile) {
    await suite.stop();
    const { data } = suite.server;
    const copy = `${data}.copy`;
    await cp(data, copy, { recursive: true });
    await suite.restart();
    await meanwhile();
    await suite.stop();
    await rm(data, { recursive: true });
    await cp(copy, data, { recursive: true });
    await rm(copy, { recursive: true });
    await suite.restart();
  }

  it("who has seen more is refused, and stderr says so once; /healthz stays well", async () => {
    await suite.start();
    const [d, other] = [freshId(), freshId()];
    const first = await suite.raw();
    await write(first, d, "a", [[1, "b"]]);
    await write(first, other, "x");
    await replaceHistory(async () => {
      const raw = await suite.raw({ id: first.id });
      await commit(raw, d, 2, 3, { op: [2, "c"] });
      await commit(raw, d, 3, 4, { op: [3, "d"] });
    });
    assert.equal(await health(), "ok\n");
    const raw = await suite.raw({ id: first.id });
    for (const a of ["f", "s"]) {
      const reply = await raw.expectError({ a, c, d, v: 4 }, kNewer);
      assert.match(reply.error.message, /at version 4, the server at version 2/);
    }
    await raw.expectError(opMessage(d, 4, 5, { op: [4, "e"] }), kNewer);
    await raw.expectNothingMore(c, other);
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "ab"));
    await raw.expectError({ a: "f", c, d: freshId(), v: 7 }, kNewer);
    assert.equal(await health(), "ok\n");
    const sentence = "has seen more of a document than the log holds";
    await suite.server.written(`document=docs/${d} seen=4 held=2`);
    assert.equal(suite.server.output.split(sentence).length, 2, suite.server.output);
    await commit(raw, d, 2, 6, { op: [2, "!"] }); // It may begin anew.
  });

  it("of many documents subscribed at once, only the one whose history was replaced is refused", async () => {
    await suite.start();
    const [d, other] = [freshId(), freshId()];
    const first = await suite.raw();
    await write(first, other, "x");
    await write(first, d, "a");
    const request = { a: "bs", c, b: { [d]: 9, [other]: 1 } };
    const raw = await suite.raw();
    const { data, ...reply } = await raw.request(request);
    assert.deepEqual(reply, { a: "bs", c });
    assert.equal(data[d].error.code, kNewer);
    assert.equal(data[other].error, undefined);
    await commit(first, other, 1, 9, { op: [1, "y"] });
    assert.equal((await raw.receive()).d, other);
  });

  it("a sharedb client hears of it as an error of its document", async () => {
    await suite.start();
    const [id, other] = [freshId(), freshId()];
    const client = await suite.client();
    const [doc, unharmed] = [await client.create(id, "a"), await client.create(other, "x")];
    await client.disconnect();
    await replaceHistory(async () => {
      await client.reconnect();
      await submit(doc, [1, "b"]);
      await client.disconnect();
    });
    const refused = new Promise((resolve) => doc.once("error", resolve));
    await client.reconnect();
    assert.equal((await refused).code, kNewer);
    assert.equal(doc.data, "ab");
    await submit(unharmed, [1, "y"]);
    assert.deepEqual(
      client.errors.map(({ code }) => code),
      [kNewer],
    );
  });

  it("a folder keeps the name of its histories through restarts, and loses it when it is restored from a backup", async (t) => {
    const name = async () => {
      const raw = await suite.raw({ greet: false });
      await raw.receive();
      return (await raw.request({ a: "hs", protocol: 1, protocolMinor: 2 }))["x-history"];
    };
    await suite.start();
    const before = await name();
    assert.match(before, /^[0-9a-f]{32}$/);
    await suite.stop();
    await suite.restart();
    assert.equal(await name(), before);
    await suite.stop();
    const backups = `${suite.server.data}.backups`;
    t.after(() => rm(backups, { recursive: true }));
    await cowrite("--data", suite.server.data, "backup", backups);
    await rm(suite.server.data, { recursive: true });
    await cowrite("--data", suite.server.data, "restore", "--from", backups);
    await suite.restart();
    assert.notEqual(await name(), before);
  });

  it("a damaged document is refused with what to do, and the others serve on", async () => {
    await suite.start();
    const random = new Random(kSeed);
    const [damaged, well] = [freshId(), freshId()];
    const first = await suite.raw();
    const fine = "fine ".repeat(8_000); // Else it would be beside what is damaged, in one block.
    await write(first, well, fine);
    const noise = Array.from({ length: 100_000 }, () => 0x4e00 + random.below(0x5000));
    await write(first, damaged, String.fromCharCode(...noise));
    await suite.stop();
    await suite.restart(); // What was in the write-ahead log is in tables now.
    await suite.stop();
    await flipBitInLargestTable(suite.server.data);
    await assert.rejects(cowrite("--data", suite.server.data, "verify"), ({ code, stdout }) => {
      assert.equal(code, 1);
      assert.match(stdout, new RegExp(`\\b${damaged}\\b`));
      return true;
    });
    await suite.restart();
    const raw = await suite.raw();
    const requests = [
      { a: "f", c, d: damaged, v: null },
      { a: "s", c, d: damaged, v: 1 },
      opMessage(damaged, 1, 1, { op: ["lost?"] }),
      opMessage(damaged, null, 2, creation("empty?")),
    ];
    for (const request of requests) {
      const { error } = await raw.expectError(request, "ERR_STORAGE_DAMAGED");
      assert.ok(error.message.includes(`docs/${damaged}: `), error.message);
      const advice = `its newest version is 1; restore it from a backup, or look with: cowrite verify ${damaged}`;
      assert.ok(error.message.endsWith(advice), error.message);
    }
    const text = await fetch(`${suite.server.url}/api/documents/docs/${damaged}/text`);
    assert.equal(text.status, 500);
    const many = await raw.request({ a: "bs", c, b: [damaged, well] });
    checkError({ ...many.data[damaged], a: "f" }, { a: "f" }, "ERR_STORAGE_DAMAGED");
    assert.deepEqual(many.data[well], textSnapshot(1, fine));
    await commit(raw, well, 1, 3, { op: ["still "] });
    const fresh = freshId();
    await write(raw, fresh, "new");
    assert.deepEqual(await snapshot(raw, fresh), textSnapshot(1, "new"));
  });
});
