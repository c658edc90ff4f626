import assert from "node:assert/strict";
import { it } from "node:test";
import { call } from "../support/client.js";
import { commit, kDeletion, textSnapshot, write } from "../support/documents.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";

const found = (d, v, text) => ({ d, ...textSnapshot(v, text) });
const byId = (one, other) => (one.d < other.d ? -1 : 1);

suite("queries", (suite) => {
  const ours = onlyCowrite("its database in memory has no pages, and takes every query");

  it("the empty query finds the documents of its collection that exist", async () => {
    const raw = await suite.raw();
    const c = freshId();
    await write(raw, "b", "two", [[3, "!"]], c);
    await write(raw, "a", "one", [], c);
    await write(raw, "gone", "", [], c);
    await commit(raw, "gone", 1, 2, kDeletion, c);
    await write(raw, "a", "elsewhere", [], `${c}x`);
    for (const a of ["qf", "qs"]) {
      const { data, ...reply } = await raw.request({ a, id: 7, c, q: {} });
      assert.deepEqual(reply, { a, id: 7 });
      assert.deepEqual(data.sort(byId), [found("a", 1, "one"), found("b", 2, "two!")]);
    }
    assert.deepEqual(await raw.request({ a: "qu", id: 7 }), { a: "qu", id: 7 });
    const nothing = await raw.request({ a: "qf", id: 8, c: freshId(), q: {} });
    assert.deepEqual(nothing, { a: "qf", id: 8, data: [] });
  });

  it("a page has a hundred documents, in order, and says where the next begins", ours, async () => {
    const raw = await suite.raw();
    const c = freshId();
    const ids = Array.from({ length: 205 }, (_, index) => `d${String(index).padStart(3, "0")}`);
    for (const id of ids) await write(raw, id, id, [], c);
    const pages = [];
    for (let q = {}; q;) {
      const { data, extra } = await raw.request({ a: "qf", id: 1, c, q });
      pages.push(data.map(({ d }) => d));
      q = extra && { after: extra.next };
    }
    assert.deepEqual(pages, [ids.slice(0, 100), ids.slice(100, 200), ids.slice(200)]);
  });

  it("a page has 4 MiB of texts, or one that is longer", ours, async () => {
    const raw = await suite.raw();
    const c = freshId();
    const sizes = { a: 2, b: 1, c: 2, d: 5, e: 1 };
    for (const [id, size] of Object.entries(sizes)) {
      await write(raw, id, "x".repeat(size << 20), [], c);
    }
    const pages = [];
    for (let q = {}; q;) {
      const { data, extra } = await raw.request({ a: "qf", id: 1, c, q });
      pages.push(data.map(({ d }) => d).join(""));
      q = extra && { after: extra.next };
    }
    assert.deepEqual(pages, ["ab", "c", "d", "e"]);
  });

  it("many deleted documents end a page early", ours, async () => {
    const raw = await suite.raw();
    const c = freshId();
    const ids = Array.from({ length: 1_000 }, (_, index) => `d${String(index).padStart(4, "0")}`);
    for (const id of ids) await commit(raw, id, 0, 1, kDeletion, c);
    await write(raw, "z", "left", [], c);
    const first = await raw.request({ a: "qf", id: 1, c, q: {} });
    assert.deepEqual(first, { a: "qf", id: 1, data: [], extra: { next: "d0999" } });
    const rest = await raw.request({ a: "qf", id: 2, c, q: { after: "d0999" } });
    assert.deepEqual(rest, { a: "qf", id: 2, data: [found("z", 1, "left")] });
  });

  it("every other query is answered with an error, and its end with a reply", ours, async () => {
    const raw = await suite.raw();
    for (const q of [undefined, null, [], { x: 1 }, { $sort: {} }, { after: "a", x: 1 }]) {
      for (const a of ["qf", "qs"]) {
        const request = { a, id: 7, c: "docs", q };
        await raw.expectError(request, "ERR_DATABASE_METHOD_NOT_IMPLEMENTED");
      }
    }
    assert.deepEqual(await raw.request({ a: "qu", id: 7 }), { a: "qu", id: 7 });
  });

  it("the sharedb client gets documents", async () => {
    const client = await suite.client();
    const c = freshId();
    await client.create("b", "two", c);
    await client.create("a", "one", c);
    const other = await suite.client();
    const results = await new Promise((resolve, reject) => {
      const done = (error, docs) => (error ? reject(error) : resolve(docs));
      other.connection.createFetchQuery(c, {}, null, done);
    });
    const texts = Object.fromEntries(results.map(({ id, data }) => [id, data]));
    assert.deepEqual(texts, { a: "one", b: "two" });
    await call(results[0], "subscribe");
  });
});
