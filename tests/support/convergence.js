// Many clients edit one document; in the end all texts, the server's and the replay of its history
// are one.

import assert from "node:assert/strict";
import { atVersion, call, replay, settled } from "./client.js";
import { history, snapshot } from "./documents.js";

/**
 * One client's part: `count` random edits, sometimes waiting for the acknowledgement, sometimes for
 * nothing.
 * @param {import("./random.js").Random} random
 */
export async function editAtRandom(doc, random, count) {
  const answered = [];
  for (let edit = 0; edit < count; ++edit) {
    if (doc.type) answered.push(call(doc, "submitOp", random.operation(doc.data)));
    const pause = random.below(4);
    if (pause === 1) await new Promise(setImmediate);
    if (pause === 2) await settled(doc);
  }
  await Promise.all(answered);
}

/**
 * Waits until nothing is under way and compares. Returns the history.
 * @param {import("./raw_client.js").RawClient} raw
 */
export async function checkConverged(raw, docs, note = "") {
  for (const doc of docs) await settled(doc);
  const [{ id, collection }] = docs;
  const { v, data } = await snapshot(raw, id, collection);
  for (const doc of docs) {
    await atVersion(doc, v);
    assert.equal(doc.version, v, note);
    assert.equal(doc.data, data, note);
  }
  const messages = await history(raw, id, collection);
  assert.equal(messages.length, v, note);
  assert.equal(replay(messages), data, note);
  return messages;
}
