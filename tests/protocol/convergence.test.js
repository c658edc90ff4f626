import assert from "node:assert/strict";
import { it } from "node:test";
import { call } from "../support/client.js";
import { checkConverged, editAtRandom } from "../support/convergence.js";
import { Random, kSeed } from "../support/random.js";
import { freshId, suite } from "../support/suite.js";

const kClients = 6;
const kEdits = 80;

/** Clients that all edit all of the documents at once. */
async function editTogether(suite, documents, seed) {
  const clients = await suite.clients(kClients);
  const ids = Array.from({ length: documents }, freshId);
  const docs = new Map();
  for (const id of ids) {
    const [first, ...others] = clients;
    const created = await first.create(id, "a😀b👨‍👩‍👧c\r\nd");
    docs.set(id, [created, ...(await Promise.all(others.map((client) => client.subscribe(id))))]);
  }
  const parts = [...docs.values()].flat().map((doc, index) => {
    if (index % 3 === 0) doc.preventCompose = true;
    return editAtRandom(doc, new Random(seed + index), kEdits / documents);
  });
  await Promise.all(parts);
  const raw = await suite.raw();
  for (const id of ids) await checkConverged(raw, docs.get(id), `seed ${seed}`);
  for (const client of clients) assert.deepEqual(client.errors, []);
}

suite("concurrent edits", (suite) => {
  for (const seed of [kSeed, kSeed + 1000, kSeed + 2000]) {
    it(`${kClients} clients converge on one text, the server's (seed ${seed})`, async () => {
      await editTogether(suite, 1, seed);
    });
  }

  it("clients that create and delete the document under each other converge", async () => {
    const random = new Random(kSeed);
    const clients = await suite.clients(4);
    const id = freshId();
    const docs = await Promise.all(clients.map((client) => client.subscribe(id)));
    const acknowledged = { create: 0, del: 0 };
    const live = async (doc) => {
      for (let step = 0; step < 40; ++step) {
        const outcome = !doc.type
          ? call(doc, "create", random.text(9), "text-unicode").then(() => ++acknowledged.create)
          : random.below(6) === 0
            ? call(doc, "del").then(() => ++acknowledged.del)
            : call(doc, "submitOp", random.operation(doc.data));
        // Who is beaten by another's creation or deletion is told so, and is brought up to date.
        await outcome.catch((error) => assert.match(error.code, /^ERR_DOC_|^ERR_OT_/));
        await call(doc, "fetch");
      }
    };
    await Promise.all(docs.map(live));
    for (const doc of docs)
      if (!doc.type) await call(doc, "create", "end", "text-unicode").catch(() => {});
    for (const doc of docs) await call(doc, "fetch");
    const messages = await checkConverged(await suite.raw(), docs, `seed ${kSeed}`);
    const logged = (kind) => messages.filter((message) => message[kind]).length;
    assert.equal(logged("del"), acknowledged.del);
    assert.ok(logged("create") >= acknowledged.create);
  });
});

suite(
  "concurrent edits over two loops",
  (suite) => {
    it("documents on different loops converge for clients on both", async () => {
      await editTogether(suite, 8, kSeed);
    });
  },
  { args: ["--loops", "2"] },
);
