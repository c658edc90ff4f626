// Knows every token that was typed and every one that was acknowledged, and reads the histories over
// HTTP as they grow: versions dense, no submission twice, no token twice, nothing acknowledged
// missing.

import assert from "node:assert/strict";
import { kCollection } from "./documents.js";
import { tokensOf } from "./tokens.js";

export class Oracle {
  #documents = new Map();

  add(id) {
    this.#documents.set(id, {
      typed: [],
      acknowledged: new Set(),
      found: new Set(), // Tokens in the history, as far as it was read.
      submissions: new Set(), // Their sources and sequences.
      next: 1, // The first version that was not read.
    });
  }

  type(id, token) {
    this.#documents.get(id).typed.push(token);
  }

  acknowledge(id, token) {
    this.#documents.get(id).acknowledged.add(token);
  }

  /** Every token that was typed into the document. */
  typed(id) {
    return this.#documents.get(id).typed;
  }

  /**
   * Reads what is new in every history of the server, and checks that all that was acknowledged
   * until now is there.
   */
  async check(server, note) {
    for (const [id, document] of this.#documents) {
      const acknowledged = [...document.acknowledged];
      await readOn(server, id, document);
      const missing = acknowledged.filter((token) => !document.found.has(token));
      assert.deepEqual(missing, [], `acknowledged and not in the history of ${id}, ${note}`);
    }
  }

  /** No more was typed, all of it was acknowledged, and no other token is in any history. */
  checkComplete() {
    for (const [id, { typed, acknowledged, found }] of this.#documents) {
      assert.deepEqual([...acknowledged].sort(), [...typed].sort(), `acknowledged in ${id}`);
      assert.deepEqual([...found].sort(), [...typed].sort(), `the history of ${id}`);
    }
  }
}

async function readOn(server, id, document) {
  const place = `${server.url}/api/documents/${kCollection}/${encodeURIComponent(id)}/records`;
  for (let next = document.next; next !== undefined;) {
    const response = await fetch(`${place}?from=${next}`);
    assert.equal(response.status, 200, `${place}?from=${next}`);
    const page = await response.json();
    for (const record of page.records) note(id, document, record);
    ({ next } = page);
  }
}

function note(id, document, record) {
  const { version, source, sequence } = record;
  assert.equal(version, document.next, `versions of ${id} are dense`);
  const submission = `${source} ${sequence}`;
  assert.ok(!document.submissions.has(submission), `${submission} is in ${id} twice`);
  document.submissions.add(submission);
  for (const token of tokensOf([record])) {
    assert.ok(!document.found.has(token), `${token} is in the history of ${id} twice`);
    document.found.add(token);
  }
  document.next = version + 1;
}
