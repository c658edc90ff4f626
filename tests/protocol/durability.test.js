import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { cp, mkdtemp, readdir, rm, truncate, unlink } from "node:fs/promises";
import { get } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { atVersion, settled, submit } from "../support/client.js";
import { checkConverged } from "../support/convergence.js";
import { within } from "../support/deadline.js";
import {
  ackMessage,
  commit,
  creation,
  history,
  opMessage,
  snapshot,
  textSnapshot,
} from "../support/documents.js";
import { Load } from "../support/load.js";
import { Server, cowrite, kRoot } from "../support/server.js";
import { freshId, restartingSuite } from "../support/suite.js";
import { checkOnce, newToken } from "../support/tokens.js";

const kKills = Number(process.env.COWRITE_KILLS ?? 20);

restartingSuite("durability", (suite) => {
  it("texts, versions and history outlive a restart", async () => {
    await suite.start();
    const raw = await suite.raw();
    const id = freshId();
    await commit(raw, id, 0, 1, creation("one😀"));
    await commit(raw, id, 1, 2, { op: [4, " two"] });
    await commit(raw, id, 2, 3, { del: true });
    await commit(raw, id, 3, 4, creation("three"));
    const before = await history(await suite.raw(), id);
    await suite.stop();
    await suite.restart();
    const again = await suite.raw();
    assert.deepEqual(await history(again, id), before);
    assert.deepEqual(await snapshot(again, id), textSnapshot(4, "three"));
    const then = await again.request({ a: "nf", id: 1, c: "docs", d: id, v: 2 });
    assert.equal(then.data, "one😀 two");
    await commit(again, id, 4, 1, { op: [5, "!"] });
  });

  it("a log that is cut or gone after a kill keeps the server from starting, and verify says so", async () => {
    await suite.start();
    const { data } = suite.server;
    const raw = await suite.raw();
    const id = freshId();
    await commit(raw, id, 0, 1, creation("a"));
    const note = path.join(data, "SYNCED");
    for (let v = 1; !existsSync(note); ++v) await commit(raw, id, v, v + 1, { op: ["b"] });
    await suite.server.kill();
    const log = path.join(data, `${readFileSync(note, "utf8").split(" ")[0].padStart(6, "0")}.log`);
    const refused = async (told) => {
      await assert.rejects(Server.start({ data }), told);
      await assert.rejects(cowrite("--data", data, "verify"), (error) => {
        assert.equal(error.code, 1);
        assert.match(error.stderr, told);
        return true;
      });
    };
    await truncate(log, statSync(log).size >> 2);
    await refused(/\.log ends at byte \d+, though \d+ bytes of it were synced/);
    await unlink(log);
    await refused(/lost its write-ahead log/);
  });

  for (const end of ["stop", "kill"]) {
    it(`an operation sent again after a restart (${end}) is acknowledged and applied once`, async () => {
      await suite.start();
      const raw = await suite.raw();
      const id = freshId();
      const other = freshId();
      await commit(raw, id, 0, 1, creation("a"));
      await commit(raw, id, 1, 2, { op: [1, "b"] });
      await commit(raw, id, 2, 3, { op: [2, "c"] });
      const unfetched = opMessage(other, null, 4, creation("new"));
      await raw.request(unfetched);
      await suite.server[end]();
      await suite.restart();
      const again = await suite.raw({ id: raw.id });
      for (const [message, v] of [
        [opMessage(id, 0, 1, creation("a")), 0],
        [opMessage(id, 1, 2, { op: [1, "b"] }), 1],
        [opMessage(id, 2, 3, { op: [2, "c"] }), 2],
        [unfetched, 0],
      ]) {
        const answer = await again.submit({ ...message, src: raw.id });
        assert.deepEqual(answer, ackMessage(message.d, raw.id, message.seq, v));
      }
      assert.deepEqual(await snapshot(again, id), textSnapshot(3, "abc"));
      assert.deepEqual(await snapshot(again, other), textSnapshot(1, "new"));
    });

    it(`sharedb clients type on through a restart (${end})`, async () => {
      await suite.start();
      let up = Promise.resolve();
      const clients = [];
      for (let index = 0; index < 2; ++index) {
        clients.push((await suite.client()).keepConnected(() => up));
      }
      const id = freshId();
      const [one, two] = [await clients[0].create(id), await clients[1].subscribe(id)];
      const tokens = [newToken(), newToken(), newToken()];
      await submit(one, [tokens[0]]);
      await atVersion(two, 2);
      let restarted;
      up = new Promise((resolve) => (restarted = resolve));
      const submitted = submit(one, [tokens[1]]);
      await suite.server[end]();
      two.submitOp([tokens[2]]);
      await suite.restart();
      restarted();
      await submitted;
      await settled(two);
      const messages = await checkConverged(await suite.raw(), [one, two]);
      checkOnce(one.data, messages, tokens);
    });
  }

  it(`killed ${kKills} times under load: nothing acknowledged is missing, nothing is doubled`, async () => {
    const load = await Load.start(await suite.start("--loops", "2"));
    for (let kill = 0; kill < kKills; ++kill) {
      await load.acknowledgements(40 + load.random.below(80));
      const end = async () => {
        assert.equal((await suite.server.kill()).signal, "SIGKILL");
        await cowrite("--data", suite.server.data, "verify"); // Fails unless all is proven.
      };
      await load.through(end, () => suite.restart());
      await suite.server.written("the last run was not shut down cleanly");
    }
    await load.acknowledgements(100);
    await load.finish(suite.server);
  });

  it("SIGTERM 5 times under load: exit 0 within 5 s, sockets closed with 1012, the folder marked as closed", async () => {
    const load = await Load.start(await suite.start());
    for (let stop = 0; stop < 5; ++stop) {
      const idle = await suite.raw();
      await load.acknowledgements(100);
      const end = async () => {
        const began = Date.now();
        const codes = load.clients.map(
          ({ socket }) => new Promise((resolve) => socket.once("close", resolve)),
        );
        await suite.stop();
        assert.ok(Date.now() - began < 5_000);
        assert.equal((await idle.closed).code, 1012);
        for (const code of codes) assert.equal(await code, 1012);
        assert.ok((await readdir(suite.server.data)).includes("CLOSED"));
      };
      await load.through(end, () => suite.restart());
      await suite.server.written("info started");
      assert.doesNotMatch(suite.server.output, /cleanly/);
    }
    await load.acknowledgements(50);
    await load.finish(suite.server);
  });

  it("SIGTERM while a thousand old snapshots and blames wait to be read: exit 0, and what waits is dropped", async () => {
    const server = await suite.start();
    const raw = await suite.raw();
    const id = freshId();
    await commit(raw, id, 0, 1, creation("x".repeat(1_000_000)));
    for (let v = 1; v <= 200; ++v) await commit(raw, id, v, v + 1, { op: [v * 100, "y"] });
    const readers = await Promise.all(Array.from({ length: 25 }, () => suite.raw()));
    for (const reader of readers) {
      for (let v = 1; v <= 40; ++v) reader.send({ a: "nf", id: v, c: "docs", d: id, v });
    }
    for (let blame = 0; blame < 100; ++blame) {
      get(`${server.url}/api/documents/docs/${id}/blame`, (answer) => answer.resume()).on(
        "error",
        () => {},
      );
    }
    assert.equal((await readers[0].receive()).a, "nf");
    const began = Date.now();
    await suite.stop();
    assert.ok(Date.now() - began < 5_000);
    await suite.restart();
    assert.equal((await snapshot(await suite.raw(), id)).v, 201);
  });

  it("a client that answers nothing does not hold up the end", async () => {
    await suite.start();
    const silent = createConnection(suite.server.port, "127.0.0.1");
    silent.on("error", () => {});
    const upgraded = new Promise((resolve) => silent.once("data", resolve));
    silent.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${suite.server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n",
    );
    assert.match(String(await within(upgraded, "the upgrade")), /^HTTP\/1\.1 101 /);
    silent.pause();
    const began = Date.now();
    await suite.stop();
    assert.ok(Date.now() - began < 5_000);
    silent.destroy();
  });

  it("a folder of format 1 is upgraded once, which the log says, and its documents are served", async () => {
    const data = await mkdtemp(path.join(tmpdir(), "cowrite-format-1-"));
    await cp(path.join(kRoot, "tests/storage/data/format-1"), data, { recursive: true });
    const told = "warning the folder's format was upgraded from 1 to 2";
    for (const upgraded of [true, false]) {
      const server = await Server.start({ data });
      await server.written("info started");
      assert.equal(server.output.includes(told), upgraded);
      const text = await cowrite("--server", server.url, "cat", "prose");
      assert.equal(text, await cowrite("--data", data, "cat", "prose"));
      await server.stop();
    }
    await rm(data, { recursive: true });
  });

  it("a second server on the same data is refused with a sentence, and the first serves on", async () => {
    await suite.start();
    await assert.rejects(
      Server.start({ data: suite.server.data }),
      /the server ended: \{"code":[1-9]/,
    );
    const raw = await suite.raw();
    assert.deepEqual(await raw.request({ a: "pp" }), { a: "pp" });
  });
});
