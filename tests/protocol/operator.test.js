// What an operator does with `cowrite` to a running server, as its clients see it.

import assert from "node:assert/strict";
import { readFile, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, it } from "node:test";
import { Client, insertAt } from "../support/client.js";
import { until, within } from "../support/deadline.js";
import { cowrite, kReference, Server } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";

suite("the operator", (suite) => {
  if (kReference) return;

  let folder;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), "cowrite-operator-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a command on the running server, as its operator. */
  const operate = (...args) => {
    const { url, data } = suite.server;
    return cowrite("--server", url, "--data", data, ...args);
  };
  /** The complaint of a command that fails. */
  const complaint = async (run) => {
    const error = await run.then(
      () => assert.fail("it succeeded"),
      (error) => error,
    );
    assert.equal(error.code, 1, error.stderr);
    return error.stderr;
  };
  const file = (name) => path.join(folder, name);
  const becomes = (doc, text) => until(doc, ["op batch", "load"], () => doc.data === text, text);

  it("keeps its token to the owner of the data", async () => {
    const token = path.join(suite.server.data, "operator-token");
    assert.equal((await stat(token)).mode & 0o777, 0o600);
    const id = freshId();
    await (await suite.client()).create(id, "text");
    const { url, data } = suite.server;
    for (const command of [["rm", id], ["verify"], ["verify", id], ["stat"], ["stat", id]]) {
      const refused = cowrite("--server", url, ...command);
      assert.match(await complaint(refused), /operator's token/, command.join(" "));
    }
    await writeFile(file("wrong"), `${"0".repeat(64)}\n`);
    const wrong = cowrite("--server", url, "--token-file", file("wrong"), "rm", id);
    assert.match(await complaint(wrong), /not that of this server's operator/);
    assert.match(await complaint(cowrite("--data", data, "rm", id)), /in use[^]*--server URL/);
    const answer = await fetch(`${url}/api/operator/documents/docs/${id}/delete`, {
      method: "POST",
      headers: { Authorization: `Bearer ${(await readFile(token, "utf8")).trim()}`, Origin: url },
    });
    assert.equal(answer.status, 403);
    assert.equal(await cowrite("--server", url, "cat", id), "text");
  });

  it("brings back an earlier text while people write", async () => {
    const [ann, bob] = await suite.clients(2);
    const id = freshId();
    const doc = await ann.create(id, "one 😀 three");
    const other = await bob.subscribe(id);
    await insertAt(doc, 5, " two");
    await operate("restore", id, "--at", "1", "--author", "Carol");
    await Promise.all([doc, other].map((each) => becomes(each, "one 😀 three")));
    assert.equal(doc.version, 3);
    await insertAt(doc, 0, "still: ");
    await becomes(other, "still: one 😀 three");
    const last = (await operate("log", id, "-n", "2", "--json")).split("\n")[0];
    const { author, op } = JSON.parse(last);
    assert.deepEqual([author, op], ["Carol", [7, { d: 4 }]]);
    assert.match(await operate("restore", id, "--at", "2", "--as", `${id}-old`), /version 1/);
    assert.equal(await operate("cat", `${id}-old`), "one 😀 two three");
  });

  it("leaves the authors of what stays when it brings back a text", async () => {
    const [ann, bob] = await suite.clients(2);
    const id = freshId();
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join("");
    await ann.create(id, lines);
    const doc = await bob.subscribe(id);
    await insertAt(doc, 0, "before\n");
    await insertAt(doc, [...doc.data].length, "behind\n");
    await operate("restore", id, "--at", "1", "--author", "Carol");
    assert.equal(await operate("cat", id), lines);
    assert.doesNotMatch(await operate("blame", id), /Carol/);
  });

  it("disturbs nobody where there is nothing to add", async () => {
    const client = await suite.client();
    const id = freshId();
    const doc = await client.create(id, "text");
    const { url, data } = suite.server;
    const token = (await readFile(path.join(data, "operator-token"), "utf8")).trim();
    const answer = await fetch(`${url}/api/operator/documents/docs/${id}/records`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.deepEqual(await answer.json(), { version: 1, changed: false });
    await insertAt(doc, 4, " goes on");
    assert.equal(client.connection.state, "connected");
    assert.equal(await operate("cat", id), "text goes on");
  });

  it("imports a large text, and nothing of one that is too large", async () => {
    const [waiting, follower] = [freshId(), (await suite.client()).keepConnected()];
    const doc = await follower.subscribe(waiting);
    await writeFile(file(waiting), "x".repeat(6 << 20));
    await operate("import", file(waiting));
    await becomes(doc, "x".repeat(6 << 20));
    await writeFile(file("too-large"), "x".repeat(17_000_000));
    for (let again = 0; again < 2; ++again) {
      assert.match(await complaint(operate("import", file("too-large"))), /at most 16777216/);
      assert.match(await complaint(operate("info", "too-large")), /no such document/);
    }
  });

  it("imports the rest after a file that cannot be imported, and once", async () => {
    const [good, bad, better] = [freshId(), freshId(), freshId()];
    await writeFile(file(good), "good");
    await writeFile(file(bad), Buffer.from([0xff]));
    await writeFile(file(better), "better");
    const all = [good, bad, better].map(file);
    assert.match(await complaint(operate("import", ...all)), /UTF-8\n.*1 of 3 files/);
    assert.equal(await operate("cat", better), "better");
    const again = await operate("import", file(good), file(better), "--json");
    assert.deepEqual(
      again
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).changed),
      [false, false],
    );
  });

  it("deletes before everybody's eyes, and brings back", async () => {
    const client = await suite.client();
    const id = freshId();
    const doc = await client.create(id, "text");
    await operate("rm", id);
    await until(doc, ["del"], () => doc.type === null, "it is gone");
    await operate("restore", id, "--at", "1");
    await until(doc, ["create"], () => doc.data === "text", "it is back");
    assert.equal(doc.version, 3);
  });

  it("erases for good, from the live document and from the disk", async () => {
    const client = (await suite.client()).keepConnected();
    const id = freshId();
    const secret = "a word that nobody may read again";
    const doc = await client.create(id, secret);
    await operate("rm", id, "--purge");
    await until(doc, ["del"], () => doc.type === null, "it is gone");
    assert.match(await complaint(operate("cat", id, "--at", "1")), /erased for good/);
    assert.match(await complaint(operate("restore", id, "--at", "1")), /erased for good/);
    const late = await suite.raw();
    const records = await late.request({ a: "f", c: "docs", d: id, v: 0 });
    assert.ok(records.error, JSON.stringify(records));
    assert.ok(!JSON.stringify(records).includes(secret));
    // The count of versions goes on.
    const again = await (await suite.client()).subscribe(id);
    assert.equal(again.version, 2);
    await operate("verify", id);
    const { stdout } = await grep(secret, suite.server.data);
    assert.equal(stdout, "");
  });

  it("imports beneath those who wait for the document, and they get it", async () => {
    const client = (await suite.client()).keepConnected();
    const id = freshId();
    const doc = await client.subscribe(id);
    assert.equal(doc.type, null);
    await writeFile(file(id), "line\r\nline\r\n");
    await operate("import", file(id), "--author", "Ann");
    await until(doc, ["create", "load"], () => doc.data === "line\nline\n", "it has the text");
    await insertAt(doc, 0, "new ");
    await operate("export", id, "-o", file("texts"));
    assert.equal(await readFile(file(`texts/${id}`), "utf8"), "new line\r\nline\r\n");
    assert.match(await complaint(operate("import", file(id))), /exists already/);
  });

  it("moves a history to another server, identical", async () => {
    const client = await suite.client();
    const id = freshId();
    const doc = await client.create(id, "");
    for (let i = 0; i < 1500; ++i) {
      const sent = insertAt(doc, [...doc.data].length, i % 7 ? "x" : "é😀\n");
      if (i % 100 === 99) await sent;
    }
    await operate("export", id, "--history", "-o", file("histories"));
    const history = file(`histories/${id}.jsonl`);
    const other = await Server.start();
    try {
      const there = ["--server", other.url, "--data", other.data];
      await cowrite(...there, "import", history);
      for (const command of [
        ["log", id, "--json"],
        ["info", id, "--json"],
        ["cat", id],
      ]) {
        assert.equal(await cowrite(...there, ...command), await operate(...command));
      }
      await cowrite(...there, "verify");
      const follower = await Client.connect(other);
      assert.equal((await follower.subscribe(id)).data, doc.data);
    } finally {
      await other.dispose();
    }
  });

  it("refuses a history that cannot be one, and names the line", async () => {
    const client = await suite.client();
    const id = freshId();
    await insertAt(await client.create(id, "text"), 4, " more");
    await operate("export", id, "--history", "-o", file("hostile"));
    const lines = (await readFile(file(`hostile/${id}.jsonl`), "utf8")).split("\n");
    lines[2] = lines[2].replace('"op":[4,', '"op":[99,');
    await writeFile(file("bad.jsonl"), lines.join("\n"));
    const bad = operate("import", file("bad.jsonl"), "--as", `${id}-copy`);
    assert.match(await complaint(bad), /bad\.jsonl: line 3: /);
    assert.match(await complaint(operate("info", `${id}-copy`)), /no such document/);
  });

  it("backs up while people write; the backup proves, reads and restores", async () => {
    const client = await suite.client();
    const id = freshId();
    const doc = await client.create(id, "kept");
    const backups = file("backups");
    assert.match(await operate("backup", backups), /^backup 1: \d+ bytes, \d+ ms\n$/);
    await insertAt(doc, 4, " on");
    assert.equal(JSON.parse(await operate("backup", backups, "--json")).number, 2);
    await insertAt(doc, 7, " and lost");
    assert.equal(await cowrite("--data", backups, "cat", id), "kept on");
    await cowrite("--data", backups, "verify");

    const data = file("restored");
    await cowrite("--data", data, "restore", "--from", backups);
    const restored = await Server.start({ data });
    try {
      const follower = await Client.connect(restored);
      assert.equal((await follower.subscribe(id)).data, "kept on");
      await cowrite("--server", restored.url, "--data", data, "verify");
    } finally {
      await restored.dispose();
    }
    const into = suite.server.data;
    assert.match(
      await complaint(cowrite("--data", into, "restore", "--from", backups)),
      /not empty/,
    );
  });

  it("tells of the disk", async () => {
    const id = freshId();
    await (await suite.client()).create(id, "x".repeat(10_000));
    const one = JSON.parse(await operate("stat", id, "--json"));
    assert.equal(one.bytes, 10_000);
    assert.ok(one.disk.records > 0);
    const all = JSON.parse(await operate("stat", "--json"));
    assert.ok(all.free > 0 && all.memory_max > 0);
  });

  it("verifies everything, and says how much that was", async () => {
    assert.match(
      await operate("verify"),
      /^proven: (\d+) of \1 documents, \d+ records, \d+ checkpoints\n$/,
    );
  });

  it("is stopped at once, whatever it does", async () => {
    const server = await Server.start();
    try {
      const client = await Client.connect(server);
      await client.create("large", "x".repeat(1 << 20));
      // It is in time, or is told that it is not.
      const run = cowrite(
        ...["--server", server.url, "--data", server.data, "backup", file("late")],
      ).catch(() => {});
      const { code } = await within(server.stop(), "it ends");
      assert.equal(code, 0);
      await run;
    } finally {
      await server.dispose();
    }
  });
});

/** Which files in a folder hold a text. */
async function grep(text, folder) {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve) =>
    execFile("grep", ["-rlaF", text, folder], (_, stdout) => resolve({ stdout })),
  );
}
