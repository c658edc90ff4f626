// Where the server is put: hosts, origins, paths, signals and clocks.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { within } from "../support/deadline.js";
import { commit, creation } from "../support/documents.js";
import { RawClient } from "../support/raw_client.js";
import { cowrite, kServerPath, onlyCowrite, Server } from "../support/server.js";
import { Tcp } from "../support/tcp.js";

const kMiB = 1 << 20;
const kWiki = "https://wiki.example.org";

/** How often a sentence stands in the output. */
const count = (server, sentence) => server.output.split(sentence).length - 1;

describe("hosts, origins and paths", onlyCowrite("looks at none of them"), () => {
  async function start(t, ...args) {
    const server = await Server.start({ args });
    t.after(() => server.dispose());
    return server;
  }
  async function ask(server, path, headers) {
    const tcp = await Tcp.connect(server);
    const head = await tcp.request(path, headers);
    const body = (await tcp.rest()).toString();
    return { status: Number(/ (\d+)/.exec(head)[1]), head, body };
  }

  it("what is refused is named once, with the option that allows it", async (t) => {
    const server = await start(t);
    for (let i = 0; i < 3; ++i) {
      const foreign = await ask(server, "/", { Host: "pad.example.org:8443" });
      assert.equal(foreign.status, 403);
      assert.match(foreign.body, /--hosts pad\.example\.org/);
      const tcp = await Tcp.connect(server);
      assert.equal(await tcp.upgrade({ Origin: "https://pad.example.org" }), 403);
    }
    await server.written("--origins https://pad.example.org");
    assert.equal(count(server, "--hosts pad.example.org."), 1);
    assert.equal(count(server, "--origins https://pad.example.org."), 1);
  });

  it("below /api a refusal is JSON", async (t) => {
    const server = await start(t);
    const foreign = await ask(server, "/api/documents", { Host: "evil.example" });
    assert.match(foreign.head, /content-type: application\/json/i);
    assert.equal(JSON.parse(foreign.body).error.code, "ERR_HOST_FOREIGN");
    const none = await ask(server, "/api");
    assert.equal(JSON.parse(none.body).error.code, "ERR_PATH_UNKNOWN");
    const page = await ask(server, "/api/documents", { Origin: "https://evil.example" });
    assert.equal(JSON.parse(page.body).error.code, "ERR_ORIGIN_FOREIGN");
  });

  it("a page that may open the WebSocket may read the API, and no other may", async (t) => {
    const server = await start(t, "--origins", kWiki);
    const socket = { origin: kWiki };
    await commit(await RawClient.connect(server, { socket }), "notes", 0, 1, creation("text"));
    const allowed = /^access-control-allow-origin: (.*)$/im;
    for (const path of ["/api/documents", "/api/documents/docs/none", "/api/nothing"]) {
      const page = await ask(server, path, { Origin: kWiki });
      assert.equal(allowed.exec(page.head)?.[1].trim(), kWiki, path);
      assert.match(page.head, /^vary: origin/im);
      assert.doesNotMatch((await ask(server, path)).head, allowed);
    }
    for (const path of ["/", "/api/operator/collections"]) {
      assert.doesNotMatch((await ask(server, path, { Origin: kWiki })).head, allowed, path);
    }
    const other = await ask(server, "/api/documents", { Origin: "https://evil.example" });
    assert.equal(other.status, 403);
    assert.doesNotMatch(other.head, allowed);
  });

  it("everything is below the base path, for the command line, too", async (t) => {
    const server = await start(t, "--base-path", "/team/pad/");
    assert.match(server.url, /\/team\/pad$/);
    const raw = await RawClient.connect(server);
    await commit(raw, "notes", 0, 1, creation("text"));
    assert.equal(await cowrite("--server", server.url, "cat", "notes"), "text");
    assert.equal((await ask(server, "/team/pad/healthz")).body, "ok\n");
    const bare = await ask(server, "/team/pad");
    assert.equal(bare.status, 301);
    assert.match(bare.head, /^location: \/team\/pad\/$/im);
    for (const path of ["/", "/healthz", "/api/documents", "/team/"]) {
      assert.equal((await ask(server, path)).status, 404, path);
    }
  });

  it("a base path that is none is a mistake in the command", async () => {
    for (const wrong of ["pad", "/a//b", "/../x", "/ü", "/a?b", ""]) {
      const child = spawn(kServerPath, ["--base-path", wrong], { stdio: "ignore" });
      const [code] = await within(once(child, "exit"), "the server ends");
      assert.equal(code, 2, wrong);
    }
  });

  it("documents in memory have no free disk to tell of", async (t) => {
    const server = await Server.start({ data: ":memory:" });
    t.after(() => server.dispose());
    const stat = JSON.parse((await ask(server, "/api/operator/stat")).body);
    assert.ok(!("free" in stat), JSON.stringify(stat));
    assert.doesNotMatch(await cowrite("--server", server.url, "stat"), /disk free/);
  });
});

describe("signals", onlyCowrite("knows only one"), () => {
  it("SIGHUP is ignored by a server without a terminal and a configuration", async (t) => {
    const server = await Server.start();
    t.after(() => server.dispose());
    server.process.kill("SIGHUP");
    await server.written("SIGHUP is ignored: there is no configuration file to reload");
    const raw = await RawClient.connect(server);
    assert.deepEqual(await raw.request({ a: "pp" }), { a: "pp" });
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });

  it("SIGHUP on a terminal shuts the server down in order", async () => {
    const command = `exec '${kServerPath}' --data :memory: --listen 127.0.0.1:0`;
    const child = spawn("script", ["-qefc", `echo pid $$; ${command}`, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    const listening = new Promise((resolve) =>
      child.stdout.on("data", (bytes) => (output += bytes).includes("listening on") && resolve()),
    );
    const ended = once(child, "exit");
    await within(listening, "the server listens on a terminal");
    process.kill(Number(/pid (\d+)/.exec(output)[1]), "SIGHUP");
    const [code] = await within(ended, "the server ends");
    assert.equal(code, 0, output);
    assert.match(output, /stopping/);
  });
});

describe("file descriptors", onlyCowrite("takes what the system gives"), () => {
  it("connections take none from the store", async (t) => {
    const server = await Server.start({
      args: ["--loops", "1", "--memory", "32M"],
      under: ["prlimit", "--nofile=400"],
    });
    t.after(() => server.dispose());
    const writer = await RawClient.connect(server);
    const idle = [];
    t.after(() => idle.forEach((tcp) => tcp.drop()));
    for (let i = 0; i < 400; ++i) idle.push(await Tcp.connect(server));
    const text = "x".repeat(kMiB);
    for (let i = 0; i < 12; ++i) await commit(writer, `notes-${i}`, 0, i + 1, creation(text));
    assert.equal(server.process.exitCode, null);
    assert.doesNotMatch(server.output, /Too many open files/);
  });

  it("too few are a refusal that names the limit", async () => {
    const refused = Server.start({ args: ["--loops", "1"], under: ["prlimit", "--nofile=100"] });
    await assert.rejects(refused, /lets the server have 100 open files/);
  });
});
