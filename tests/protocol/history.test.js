import assert from "node:assert/strict";
import { it } from "node:test";
import { call, insertAt } from "../support/client.js";
import {
  checkMissing,
  commit,
  creation,
  kCollection as c,
  kDeletion,
} from "../support/documents.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";

const kNewer = "ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT";

/** A document whose versions 0 to 6 are: nothing, "a", "ab", "ab😀", nothing, "new", "new!". */
async function lived(raw) {
  const d = freshId();
  const changes = [
    creation("a"),
    { op: [1, "b"] },
    { op: [2, "😀"] },
    kDeletion,
    creation("new"),
    { op: [3, "!"] },
  ];
  for (const [v, change] of changes.entries()) await commit(raw, d, v, v + 1, change);
  return { d, texts: [null, "a", "ab", "ab😀", null, "new", "new!"] };
}

function checkSnapshot(reply, a, id, v, text) {
  if (text === null) {
    checkMissing(reply, v);
    assert.deepEqual([reply.a, reply.id], [a, id]);
  } else {
    assert.deepEqual({ m: null, ...reply }, { a, id, v, type: kTextUri, data: text, m: null });
  }
}

suite("historical snapshots", (suite) => {
  it("nf gives the text after any number of operations", async () => {
    const raw = await suite.raw();
    const { d, texts } = await lived(raw);
    for (const [v, text] of texts.entries()) {
      checkSnapshot(await raw.request({ a: "nf", id: v + 1, c, d, v }), "nf", v + 1, v, text);
    }
  });

  it("nf without a version gives the newest", async () => {
    const raw = await suite.raw();
    const { d } = await lived(raw);
    checkSnapshot(await raw.request({ a: "nf", id: 41, c, d, v: null }), "nf", 41, 6, "new!");
    checkSnapshot(await raw.request({ a: "nf", id: 42, c, d }), "nf", 42, 6, "new!");
  });

  it("nf of a document that nobody has written is version 0", async () => {
    const raw = await suite.raw();
    const request = { a: "nf", id: 1, c, d: freshId(), v: null };
    checkSnapshot(await raw.request(request), "nf", 1, 0, null);
    checkSnapshot(await raw.request({ ...request, v: 0 }), "nf", 1, 0, null);
  });

  it("nf beyond the newest version is an error that holds the request's id", async () => {
    const raw = await suite.raw();
    const { d } = await lived(raw);
    for (const v of [7, 1_000_000_000]) {
      const reply = await raw.request({ a: "nf", id: 5, c, d, v });
      assert.ok(reply.error.message);
      assert.equal(reply.id, 5);
      // ShareDB's own server gives no code here.
      assert.equal(reply.error.code ?? kNewer, kNewer);
    }
  });

  it("nt gives the text at a time of the server", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await commit(raw, d, 0, 1, creation("early"));
    const between = await laterThan(Date.now());
    await laterThan(between);
    await commit(raw, d, 1, 2, { op: [5, "er"] });
    const at = (ts, id = 3) => raw.request({ a: "nt", id, c, d, ts });
    checkSnapshot(await at(between), "nt", 3, 1, "early");
    checkSnapshot(await at(null), "nt", 3, 2, "earlyer");
    checkSnapshot(await at(Date.now() + 3_600_000), "nt", 3, 2, "earlyer");
    checkSnapshot(await at(0), "nt", 3, 0, null);
    checkSnapshot(await at(1_000), "nt", 3, 0, null);
    checkSnapshot(await raw.request({ a: "nt", id: 9, c, d }), "nt", 9, 2, "earlyer");
  });

  it("the sharedb client reads history by version and by time", async () => {
    const client = await suite.client();
    const id = freshId();
    const doc = await client.create(id, "one");
    const between = await laterThan(Date.now());
    await laterThan(between);
    await insertAt(doc, 3, " two");
    const connection = client.connection;
    const first = await call(connection, "fetchSnapshot", c, id, 1);
    assert.deepEqual([first.v, first.type, first.data], [1, kTextUri, "one"]);
    const newest = await call(connection, "fetchSnapshot", c, id, null);
    assert.deepEqual([newest.v, newest.data], [2, "one two"]);
    const then = await call(connection, "fetchSnapshotByTimestamp", c, id, between);
    assert.deepEqual([then.v, then.data], [1, "one"]);
    await assert.rejects(call(connection, "fetchSnapshot", c, id, 3));
  });
});

/** A time after this one, as soon as the clock shows it. */
async function laterThan(time) {
  while (Date.now() <= time) await new Promise(setImmediate);
  return Date.now();
}
