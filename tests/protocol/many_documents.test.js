import assert from "node:assert/strict";
import { it } from "node:test";
import { atVersion, call, insertAt } from "../support/client.js";
import { snapshot } from "../support/documents.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";

const kDocuments = 400;

/** Subscribes to all in as few messages as the client can. */
function subscribeAll(client, ids) {
  client.connection.startBulk();
  const docs = ids.map((id) => client.doc(id));
  const subscribed = Promise.all(docs.map((doc) => call(doc, "subscribe")));
  client.connection.endBulk();
  return subscribed.then(() => docs);
}

suite("many documents", (suite) => {
  it(`${kDocuments} documents on one connection live, and come back with it`, async () => {
    const [here, there] = await suite.clients(2);
    const ids = Array.from({ length: kDocuments }, freshId);
    const mine = await subscribeAll(here, ids);
    await Promise.all(mine.map((doc) => call(doc, "create", doc.id, kTextUri)));
    const theirs = await subscribeAll(there, ids);
    for (const doc of theirs) assert.equal(doc.data, doc.id);

    await Promise.all(theirs.map((doc) => insertAt(doc, 0, "1")));
    await Promise.all(mine.map((doc) => atVersion(doc, 2)));

    await here.disconnect();
    await Promise.all(theirs.map((doc) => insertAt(doc, 0, "2")));
    const sent = [];
    here.connection.on("send", (message) => sent.push(message.a));
    await here.reconnect();
    await Promise.all(mine.map((doc) => atVersion(doc, 3)));
    assert.deepEqual(sent, ["hs", "hs", "bs"]);

    await Promise.all([
      ...theirs.map((doc) => insertAt(doc, 0, "3")),
      ...mine.map((doc) => insertAt(doc, [...doc.data].length, "4")),
    ]);
    await Promise.all([...mine, ...theirs].map((doc) => atVersion(doc, 5)));
    const raw = await suite.raw();
    for (const [index, doc] of mine.entries()) {
      const expected = `321${doc.id}4`;
      assert.equal(doc.data, expected);
      assert.equal(theirs[index].data, expected);
      assert.equal((await snapshot(raw, doc.id)).data, expected);
    }
    assert.deepEqual([...here.errors, ...there.errors], []);
  });
});
