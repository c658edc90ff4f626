// Documents made and changed by hand, and what the protocol says of them.

import assert from "node:assert/strict";
import { sourceOf } from "./source.js";
import { kTextUri } from "./text_type.js";

export const kCollection = "docs";

/** The message of an operation. `change` is {op}, {create} or {del}. */
export const opMessage = (d, v, seq, change, c = kCollection) => ({
  a: "op",
  c,
  d,
  v,
  seq,
  x: {},
  ...change,
});

export const ackMessage = (d, src, seq, v, c = kCollection) => ({ a: "op", c, d, src, seq, v });

/** An operation as the server passes it on to others than the client that has this id. */
export const loggedMessage = (d, id, seq, v, change, c = kCollection) => ({
  ...ownMessage(d, id, seq, v, change, c),
  src: sourceOf(id),
});

/** The same as that client is sent it. */
export const ownMessage = (d, src, seq, v, change, c = kCollection) => ({
  a: "op",
  c,
  d,
  v,
  src,
  seq,
  ...change,
});

export const creation = (data) => ({ create: { type: kTextUri, data } });
export const kDeletion = { del: true };

export const textSnapshot = (v, data) => ({ v, data, type: kTextUri });

/** A snapshot of a document that is not created, or deleted, at version v. */
export function checkMissing(snapshot, v) {
  assert.equal(snapshot.v, v);
  assert.equal(snapshot.type, null);
  assert.equal(snapshot.data ?? null, null);
}

/** Submits by hand, and checks that the acknowledgement names the version. */
export async function commit(raw, d, v, seq, change, c = kCollection) {
  const ack = await raw.request(opMessage(d, v, seq, change, c));
  assert.deepEqual(ack, ackMessage(d, raw.id, seq, v, c));
}

/**
 * A document with a history, by hand: its creation, and then these operations. Returns the logged
 * messages.
 * @param {import("./raw_client.js").RawClient} raw
 */
export async function write(raw, d, text, ops = [], c = kCollection) {
  const changes = [creation(text), ...ops.map((op) => ({ op }))];
  for (const [v, change] of changes.entries()) await commit(raw, d, v, v + 1, change, c);
  return changes.map((change, v) => loggedMessage(d, raw.id, v + 1, v, change, c));
}

/** Logged messages as the client that wrote them is sent them. */
export const asOwn = (raw, messages) => messages.map((message) => ({ ...message, src: raw.id }));

/** The whole log of a document, as the server sends it. */
export async function history(raw, d, c = kCollection) {
  const messages = await raw.requestAll({ a: "f", c, d, v: 0 }, (message) => message.a === "f");
  messages.pop();
  messages.forEach((message, version) => assert.equal(message.v, version, "versions are dense"));
  return messages;
}

/** The newest snapshot of a document. */
export async function snapshot(raw, d, c = kCollection) {
  const reply = await raw.request({ a: "f", c, d, v: null });
  assert.equal(reply.error, undefined);
  return reply.data;
}
