// A suite of tests that share one server; each test works on documents of its own.

import assert from "node:assert/strict";
import { after, afterEach, before, describe } from "node:test";
import { Client, dropClients, warnings } from "./client.js";
import { RawClient, dropRawClients } from "./raw_client.js";
import { kReference, Server } from "./server.js";

let count = 0;

/** A name that nobody has used in this process. */
export const freshId = () => `document-${++count}`;

class Suite {
  /** @type {Server} */
  server;

  /** A client that speaks the protocol by hand. */
  raw(options) {
    return RawClient.connect(this.server, options);
  }

  /** An unmodified sharedb client. */
  client() {
    return Client.connect(this.server);
  }

  clients(count) {
    return Promise.all(Array.from({ length: count }, () => this.client()));
  }
}

/**
 * After each test the server must be alive, and no sharedb client may have complained about the
 * order of messages.
 * @param {string} name
 * @param {(suite: Suite) => void} body declares the tests
 * @param {object} [options] as for Server.start()
 */
export function suite(name, body, options) {
  describe(name, () => {
    const shared = new Suite();
    before(async () => {
      shared.server = await Server.start(options);
    });
    afterEach(() => {
      dropClients();
      dropRawClients();
      const complaints = warnings.splice(0);
      assert.ok(shared.server.alive, `the server has ended:\n${shared.server.output}`);
      if (!kReference) assert.deepEqual(complaints, []);
    });
    after(() => shared.server.dispose());
    body(shared);
  });
}
