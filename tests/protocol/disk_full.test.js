// A disk that is nearly full: what is typed waits, reading goes on, and all of it recovers by itself.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, it } from "node:test";
import { submit } from "../support/client.js";
import { within } from "../support/deadline.js";
import { commit, creation, history, snapshot, textSnapshot } from "../support/documents.js";
import { cowrite, Server } from "../support/server.js";
import { SmallDisk } from "../support/small_disk.js";
import { freshId, restartingSuite } from "../support/suite.js";

const kMiB = 1 << 20;
const kDiskMegabytes = 320; // RocksDB takes some of it in advance, for its log.
const kReserve = ["--disk-reserve", "32M"];

restartingSuite("a disk that is nearly full", (suite) => {
  let disk;
  afterEach(async () => {
    await disk?.unmount();
    disk = undefined;
  });

  /** False, with a word of why, where no disk can be mounted. */
  async function start(t) {
    disk = await SmallDisk.mount(kDiskMegabytes);
    if (!disk) t.skip("no mount");
    else
      suite.server = await Server.start({ data: path.join(disk.folder, "data"), args: kReserve });
    return Boolean(disk);
  }

  /** Resolves to the server's sentence when /healthz has this status. */
  async function health(status) {
    const asked = (async () => {
      for (;;) {
        const response = await fetch(`${suite.server.url}/healthz`);
        const body = await response.text();
        if (response.status === status) return body;
      }
    })();
    return within(asked, `/healthz says ${status}`);
  }

  it("operations wait and are acknowledged when there is room again; reading goes on", async (t) => {
    if (!(await start(t))) return;
    assert.equal(await health(200), "ok\n");
    const id = freshId();
    const ada = await suite.client();
    const doc = await ada.create(id, "a");
    await disk.fill(16 * kMiB);
    let acknowledged = false;
    const submitted = submit(doc, [1, "b"]).then(() => (acknowledged = true));
    const ready = await fetch(`${suite.server.url}/readyz`);
    assert.deepEqual([ready.status, await ready.text()], [200, "ready\n"]);
    assert.match(await health(503), /^The disk has \d+ bytes free, and the reserve is 33554432: /);
    const reader = await suite.raw();
    assert.deepEqual(await snapshot(reader, id), textSnapshot(1, "a"));
    assert.equal(
      await (await fetch(`${suite.server.url}/api/documents/docs/${id}/text`)).text(),
      "a",
    );
    assert.equal(acknowledged, false);
    assert.ok(doc.hasWritePending());
    await disk.empty();
    await submitted;
    assert.equal(await health(200), "ok\n");
    assert.deepEqual(await snapshot(reader, id), textSnapshot(2, "ab"));
    assert.equal((await history(reader, id)).length, 2);
    assert.deepEqual(ada.errors, []);
  });

  it("SIGTERM meanwhile ends the server within 5 s; what was not acknowledged is sent again", async (t) => {
    if (!(await start(t))) return;
    const id = freshId();
    const raw = await suite.raw();
    await commit(raw, id, 0, 1, creation("a"));
    await disk.fill(16 * kMiB);
    raw.send({ a: "op", c: "docs", d: id, v: 1, seq: 2, x: {}, op: [1, "b"] });
    await health(503);
    const began = Date.now();
    await suite.stop();
    assert.ok(Date.now() - began < 5_000);
    await disk.empty();
    suite.server = await Server.start({ data: suite.server.data, args: kReserve });
    const again = await suite.raw({ id: raw.id });
    assert.deepEqual(await snapshot(again, id), textSnapshot(1, "a"));
    await commit(again, id, 1, 2, { op: [1, "b"] });
  });

  it("a server that starts on it says so and serves reading; edits wait until there is room", async (t) => {
    if (!(await start(t))) return;
    const id = freshId();
    await commit(await suite.raw(), id, 0, 1, creation("a"));
    await suite.stop();
    await disk.fill(0);
    suite.server = await Server.start({ data: suite.server.data, args: kReserve });
    await suite.server.written("fewer than the reserve of 33554432: documents can be read");
    const raw = await suite.raw();
    assert.deepEqual(await snapshot(raw, id), textSnapshot(1, "a"));
    raw.send({ a: "op", c: "docs", d: id, v: 1, seq: 2, x: {}, op: [1, "b"] });
    await health(503);
    await disk.empty();
    assert.equal((await raw.receive()).v, 1);
    assert.equal(await health(200), "ok\n");
    await suite.stop();
    await disk.fill(0);
    const unbegun = Server.start({ data: path.join(disk.folder, "new"), args: kReserve });
    await assert.rejects(unbegun, /the server ended: {"code":1,[^]*bytes free, fewer than/);
  });

  it("without a free byte it is backed up elsewhere, and SIGTERM ends the server", async (t) => {
    if (!(await start(t))) return;
    const elsewhere = await mkdtemp(path.join(tmpdir(), "cowrite-backups-"));
    t.after(() => rm(elsewhere, { recursive: true }));
    const id = freshId();
    await commit(await suite.raw(), id, 0, 1, creation("a".repeat(100_000)));
    await disk.fill(0);
    const { url, data } = suite.server;
    const purge = cowrite("--server", url, "--data", data, "rm", id, "--purge");
    await assert.rejects(purge, /less of the disk is free than the reserve/);
    const removal = cowrite("--server", url, "--data", data, "rm", id);
    await assert.rejects(removal, /less of the disk is free than the reserve/);
    await cowrite("--server", url, "--data", data, "backup", elsewhere);
    (await suite.raw()).send({ a: "op", c: "docs", d: freshId(), v: 0, seq: 1, ...creation("b") });
    await cowrite("--server", url, "--data", data, "backup", elsewhere);
    await suite.stop();
    await cowrite("--data", data, "backup", elsewhere);
    assert.match(await cowrite("--data", elsewhere, "verify"), /proven: 1 of 1 documents/);
    suite.server = await Server.start({ data, args: kReserve });
    assert.deepEqual(await snapshot(await suite.raw(), id), textSnapshot(1, "a".repeat(100_000)));
  });
});
