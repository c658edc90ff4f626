// What the server tells its operator on stderr.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { within } from "../support/deadline.js";
import { commit, creation } from "../support/documents.js";
import { RawClient } from "../support/raw_client.js";
import { cowrite, kServerPath, onlyCowrite, Server } from "../support/server.js";
import { Tcp } from "../support/tcp.js";

describe("the log", onlyCowrite("has another"), () => {
  async function start(t, options = {}) {
    const server = await Server.start(options);
    t.after(() => server.dispose());
    return server;
  }
  const ask = async (server, path, headers) => (await Tcp.connect(server)).request(path, headers);

  it("has a time, a level and fields in each line", async (t) => {
    const server = await start(t);
    await server.stop();
    const lines = server.errors.trimEnd().split("\n");
    for (const line of lines) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|info) \S/);
    }
    assert.match(lines.at(-2), /info stopping signal=SIGTERM$/);
    assert.match(server.errors, /info started version=\S+ data=\S+ loops=\d+/);
  });

  it("is JSON, a line for each act of the operator, without secrets and texts", async (t) => {
    const args = ["--log-format", "json", "--log-level", "debug"];
    const server = await start(t, { args });
    const raw = await RawClient.connect(server);
    await commit(raw, "a\nb", 0, 1, creation("the text"));
    const folder = await mkdtemp(path.join(tmpdir(), "cowrite-log-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const operate = (...words) => cowrite("--server", server.url, "--data", server.data, ...words);
    await operate("backup", path.join(folder, "backup"));
    await operate("export", "a\nb", "--history", "-o", path.join(folder, "one.jsonl"));
    await operate("rm", "a\nb");
    await operate("restore", "a\nb", "--at", "1");
    await operate("restore", "a\nb", "--at", "1", "--as", "copy");
    await operate("rm", "a\nb", "--purge");
    await assert.rejects(operate("restore", "none", "--at", "1"));
    const token = (await readFile(path.join(server.data, "operator-token"), "utf8")).trim();
    await fetch(`${server.url}/api/operator/backup?folder=/x`, {
      method: "POST",
      headers: { Authorization: `Bearer ${"0".repeat(64)}` },
    });
    await fetch(`${server.url}/metrics`);
    await server.stop();
    const acts = server.lines.filter((line) => line.message.startsWith("operator's "));
    assert.deepEqual(
      acts.map(({ level, message, of, outcome }) => [level, message, of, outcome]),
      [
        ["info", "operator's backup", path.join(folder, "backup"), "done"],
        ["info", "operator's delete", "docs/a\\x0ab", "done"],
        ["info", "operator's restore", "docs/a\\x0ab", "done"],
        ["info", "operator's restore", "docs/a\\x0ab as docs/copy", "done"],
        // A document that is still there is not purged: `cowrite` then deletes it and asks again.
        ["info", "operator's purge", "docs/a\\x0ab", "ERR_STORAGE_CONFLICT"],
        ["info", "operator's delete", "docs/a\\x0ab", "done"],
        ["info", "operator's purge", "docs/a\\x0ab", "done"],
        ["info", "operator's restore", "docs/none", "ERR_DOCUMENT_UNKNOWN"],
      ],
    );
    for (const act of acts) {
      assert.ok(act.duration_ms >= 0);
      const same = server.lines.filter((line) => line.connection === act.connection);
      assert.deepEqual(
        same.map(({ message }) => message.replace(/'s .*/, "")).sort(),
        ["connection accepted", "connection ended", "operator", "request"],
        "its connection is the one of the request",
      );
    }
    for (const refused of ["ERR_OPERATOR_TOKEN_WRONG", "ERR_OPERATOR_TOKEN_MISSING"]) {
      assert.ok(
        server.lines.some(({ code }) => code === refused),
        server.errors,
      );
    }
    assert.ok(server.lines.some(({ message }) => message === "WebSocket opened"));
    for (const secret of ["the text", raw.id, token]) {
      assert.ok(secret.length > 0 && !server.errors.includes(secret), secret);
    }
  });

  it("has each refusal once, and at the end how many more there were", async (t) => {
    const server = await start(t, { args: ["--log-format", "json"] });
    for (let i = 0; i < 5; ++i) await ask(server, "/", { Host: "a.example" });
    for (let i = 0; i < 20; ++i) await ask(server, "/", { Origin: `https://${i}.example` });
    await server.stop();
    const of = (code, wanted = "code") => server.lines.filter((line) => line[wanted] === code);
    assert.equal(of("ERR_HOST_FOREIGN").length, 1);
    assert.match(of("ERR_HOST_FOREIGN")[0].message, /--hosts a\.example/);
    assert.deepEqual(
      of("ERR_HOST_FOREIGN", "kind").map(({ count }) => count),
      [4],
    );
    const origins = of("ERR_ORIGIN_FOREIGN").length;
    assert.ok(origins < 20, "what clients invent does not fill the log");
    assert.deepEqual(
      of("ERR_ORIGIN_FOREIGN", "kind").map(({ count }) => count),
      [20 - origins],
    );
  });

  it("has priorities and no times in systemd's journal", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "cowrite-journal-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = path.join(folder, "journal");
    const stderr = openSync(file, "a");
    const { dev, ino } = fstatSync(stderr, { bigint: true });
    const server = await start(t, { stderr, env: { JOURNAL_STREAM: `${dev}:${ino}` } });
    await ask(server, "/", { Host: "a.example" });
    await server.stop();
    closeSync(stderr);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    assert.ok(lines.some((line) => line.startsWith("<6>started version=")));
    assert.ok(lines.some((line) => line.startsWith("<4>This server does not answer for")));
    for (const line of lines) assert.match(line, /^<[346]>\S/);
  });

  it("that nobody reads stops nothing", async (t) => {
    const args = ["--data", ":memory:", "--listen", "127.0.0.1:0", "--log-level", "debug"];
    const child = spawn(kServerPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    t.after(() => child.kill("SIGKILL"));
    child.stderr.pause();
    const [bytes] = await within(once(child.stdout, "data"), "the server listens");
    const server = { port: Number(/:(\d+)\/?\n/.exec(bytes)[1]) };
    // Far more than the pipe and the queue hold.
    const path = `/api/${"x".repeat(1_000)}`;
    for (let i = 0; i < 100; ++i) {
      await Promise.all(Array.from({ length: 20 }, () => ask(server, path)));
    }
    assert.match(await ask(server, "/healthz"), / 200 /);
    const ended = once(child, "exit");
    const began = Date.now();
    child.kill("SIGTERM");
    assert.deepEqual(await within(ended, "the server ends"), [0, null]);
    assert.ok(Date.now() - began < 10_000);
  });

  it("says why a server does not start", async (t) => {
    const first = await start(t);
    const args = ["--data", ":memory:", "--listen", `127.0.0.1:${first.port}`];
    const child = spawn(kServerPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (bytes) => (errors += bytes));
    assert.deepEqual(await within(once(child, "close"), "the server ends"), [1, null]);
    assert.match(errors, /Z error Cannot listen on .* code=ERR_LISTEN\n$/);
  });
});
