// What clients write, `cowrite` shows: of the running server, and of its data folder beside it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import { Client, insertAt, removeAt } from "../support/client.js";
import { commit, creation, kDeletion } from "../support/documents.js";
import { cowrite, kBin, kReference, Server } from "../support/server.js";
import { sourceOf } from "../support/source.js";
import { freshId, suite } from "../support/suite.js";

/** How a program ends. */
const run = (program, args) =>
  new Promise((resolve) =>
    execFile(program, args, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    ),
  );

const kTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

suite("the command line", (suite) => {
  if (kReference) return;

  /** What a command prints, of the server and of the folder alike. */
  async function shown(...args) {
    const { url, data } = suite.server;
    const [ofServer, ofFolder] = await Promise.all([
      cowrite("--server", url, ...args),
      cowrite("--data", data, ...args),
    ]);
    assert.equal(ofServer, ofFolder);
    return ofServer;
  }

  it("shows the text at every version as soon as it is acknowledged", async () => {
    const client = await suite.client();
    const id = freshId();
    const doc = await client.create(id, "né");
    const texts = [null, "né"];
    for (const text of [" 😀", "\r\n", "日本"]) {
      await insertAt(doc, [...doc.data].length, text);
      texts.push(doc.data);
      assert.equal(await shown("cat", id), doc.data);
    }
    await removeAt(doc, 0, 3);
    texts.push(doc.data);
    for (const [version, text] of texts.entries()) {
      if (text !== null) assert.equal(await shown("cat", id, "--at", String(version)), text);
    }
  });

  it("shows who did what", async () => {
    const raw = await suite.raw();
    await raw.request({ a: "x-name", name: "Ada \u001b[31m" });
    const id = freshId();
    const changes = [creation("hello"), { op: [5, " world"] }, { op: [{ d: 5 }, "goodbye"] }];
    for (const [v, change] of [...changes, kDeletion].entries()) {
      await commit(raw, id, v, v + 1, change);
    }
    const author = "Ada \\x1b[31m";
    assert.equal(
      (await shown("log", id)).replace(kTime, "TIME"),
      `       1  TIME  ${author}  created +5 "hello"\n` +
        `       2  TIME  ${author}  +6 " world" at 5\n` +
        `       3  TIME  ${author}  -5 +7 "goodbye" at 0\n` +
        `       4  TIME  ${author}  deleted\n`,
    );
    const lines = (await shown("log", id, "--json")).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).map((record) => [record.source, record.sequence]),
      [1, 2, 3, 4].map((sequence) => [sourceOf(raw.id), sequence]),
    );
  });

  it("shows who wrote what, what changed, and who did it", async () => {
    const [ann, bob] = [await suite.raw(), await suite.raw()];
    await ann.request({ a: "x-name", name: "Ann" });
    await bob.request({ a: "x-name", name: "Bob" });
    const id = freshId();
    await commit(ann, id, 0, 1, creation("hello\n"));
    await commit(bob, id, 1, 2, { op: [5, " world"] });
    await commit(ann, id, 2, 3, { op: [{ d: 1 }, "H"] });
    const of = (lines) =>
      lines
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    assert.deepEqual(
      of(await shown("blame", id, "--deleted", "--json")).map((span) => [
        span.text,
        span.author,
        span.version,
        span.removed?.version,
      ]),
      [
        ["h", "Ann", 1, 3],
        ["Hello", "Ann", 3, undefined],
        [" world", "Bob", 2, undefined],
        ["\n", "Ann", 1, undefined],
      ],
    );
    assert.equal(
      (await shown("diff", id, "1")).replace(kTime, "TIME"),
      `--- a/${id}\tversion 1, TIME\n+++ b/${id}\tversion 3, TIME\n` +
        "@@ -1 +1 @@\n-hello\n+Hello world\n",
    );
    assert.deepEqual(
      of(await shown("versions", id, "--json")).map(({ first, last, author }) => [
        first,
        last,
        author,
      ]),
      [
        [1, 1, "Ann"],
        [2, 2, "Bob"],
        [3, 3, "Ann"],
      ],
    );
  });

  it("follows a document, and goes on where it ended", async () => {
    const { url } = suite.server;
    const raw = await suite.raw();
    const id = freshId();
    await commit(raw, id, 0, 1, creation("a"));
    const versions = async (...args) =>
      (await cowrite("--server", url, "tail", id, "--json", ...args))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).version);
    const following = versions("--from", "2", "--to", "3");
    await commit(raw, id, 1, 2, { op: ["b"] });
    await commit(raw, id, 2, 3, { op: ["c"] });
    assert.deepEqual(await following, [2, 3]);
    await commit(raw, id, 3, 4, { op: ["d"] });
    assert.deepEqual(await versions("--from", "4", "--to", "4"), [4]);
  });

  it("shows a text at the time that the log gives", async () => {
    const raw = await suite.raw();
    const id = freshId();
    await commit(raw, id, 0, 1, creation("before"));
    const { time } = JSON.parse(await shown("log", id, "--json"));
    while (Date.now() <= Date.parse(time)) await new Promise(setImmediate);
    await commit(raw, id, 1, 2, { op: [6, " and after"] });
    assert.equal(await shown("cat", id, "--at", time), "before");
    assert.equal(await shown("cat", id), "before and after");
  });

  it("lists what there is", async () => {
    const raw = await suite.raw();
    const prefix = `${freshId()}-`;
    for (const name of ["b", "a", "é/.."]) await commit(raw, prefix + name, 0, 1, creation(name));
    const names = (text) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).id);
    assert.deepEqual(
      names(await shown("ls", prefix, "--json")),
      ["a", "b", "é/.."].map((name) => prefix + name),
    );
    assert.equal(await shown("cat", `${prefix}é/..`), "é/..");
  });

  it("fails with 1 for what is not there and 2 for what makes no sense", async () => {
    const { url } = suite.server;
    const failing = (...args) =>
      cowrite("--server", url, ...args).then(
        () => assert.fail("it succeeds"),
        ({ code, stdout, stderr }) => ({ code, stdout, line: stderr.split("\n")[0] }),
      );
    assert.deepEqual(await failing("cat", "nobody-wrote-this"), {
      code: 1,
      stdout: "",
      line: "cowrite: docs/nobody-wrote-this: no such document",
    });
    assert.equal((await failing("cat")).code, 2);
  });

  it("starts no server with options that make no sense", async () => {
    const gone = await mkdtemp(path.join(tmpdir(), "cowrite-gone-"));
    const refused = async (...args) => {
      const server = path.resolve(kBin, "cowrite-server");
      // The shell removes the folder that it stands in.
      const script = 'mkdir -p "$0" && cd "$0" && rmdir "$0" && exec "$@"';
      const { code, stderr } = await run("sh", ["-c", script, gone, server, ...args]);
      assert.equal(code, 2, stderr);
      return stderr.split("\n")[0];
    };
    assert.equal(
      await refused("--data", ""),
      "cowrite-server: --data: the name of a folder is empty",
    );
    assert.match(await refused("--data", "./d"), /d cannot be found from the working folder/);
    assert.match(
      await refused("--origins", "x", "--data", "/tmp"),
      /--origins: "x" is not an origin/,
    );
    assert.match(await refused("--hosts", "a:b", "--data", "/tmp"), /--hosts: "a:b" is not a host/);
    assert.match(await refused("--embed-origins", "x", "--data", "/tmp"), /--embed-origins: "x"/);
    assert.equal(
      await refused("--lopps", "0"),
      "cowrite-server: there is no option --lopps; did you mean --loops?",
    );
    assert.match(
      await refused("--origins", "ftp://x", "--data", "/tmp"),
      /--origins: "ftp:\/\/x" is not an origin that pages can have/,
    );
    assert.match(
      await refused("--hosts", "a,,b", "--data", "/tmp"),
      /--hosts: "a,,b" has an empty element/,
    );
    assert.equal(await refused("--data"), "cowrite-server: --data lacks its value");
    assert.equal(
      await refused("--data", "a", "--data=b"),
      "cowrite-server: --data is given more than once",
    );
    assert.match(await refused("--loops", "0"), /--loops: "0" is not a number from 1 to 64/);
  });

  it("reads the folder of a server that was killed", async () => {
    const server = await Server.start();
    try {
      const client = await Client.connect(server);
      const doc = await client.create("notes", "kept");
      await insertAt(doc, 4, " for ever");
      await server.kill();
      assert.equal(await cowrite("--data", server.data, "cat", "notes"), "kept for ever");
      assert.equal(await cowrite("--data", server.data, "cat", "notes", "--at", "1"), "kept");
    } finally {
      await server.dispose();
    }
  });
});
