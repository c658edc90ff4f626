// Attacks beside honest clients, who must not notice.

import assert from "node:assert/strict";
import {
  commit,
  history,
  kCollection,
  loggedMessage,
  snapshot,
  textSnapshot,
  write,
} from "./documents.js";
import { freshId } from "./suite.js";

/**
 * Runs the attack with a document that others work on, and checks that they, the text and its
 * version are unharmed; so must be the attacker's connection.
 * @param {(raw: object, d: string) => Promise<void>} attack
 */
export async function besideOthers(suite, attack) {
  const [attacker, writer, reader] = [await suite.raw(), await suite.raw(), await suite.raw()];
  const d = freshId();
  await write(writer, d, "abc");
  await reader.request({ a: "s", c: kCollection, d, v: null });
  await attack(attacker, d);
  assert.deepEqual(await snapshot(writer, d), textSnapshot(1, "abc"));
  await commit(writer, d, 1, 2, { op: [3, "d"] });
  await reader.expect(loggedMessage(d, writer.id, 2, 1, { op: [3, "d"] }));
  assert.equal((await history(writer, d)).length, 2);
  assert.deepEqual(await attacker.request({ a: "pp" }), { a: "pp" });
}

/** Sends each of the requests, each of which must be refused with the code. */
export const refuses = (suite, codes, requests) =>
  besideOthers(suite, async (attacker, d) => {
    for (const request of requests(d)) await attacker.expectError(request, codes);
  });
