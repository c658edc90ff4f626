// Suites of tests: of a server that all tests share, each with documents of its own; and of servers
// that the tests end and restart.

import assert from "node:assert/strict";
import { after, afterEach, before, describe } from "node:test";
import { Client, dropClients, warnings } from "./client.js";
import { RawClient, dropRawClients } from "./raw_client.js";
import { freePort, kReference, onlyCowrite, Server } from "./server.js";

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

class RestartingSuite extends Suite {
  /** Starts a server that can be restarted on its port, with a folder of its own. */
  async start(...args) {
    return (this.server = await Server.start({ port: await freePort(), args }));
  }

  /** Ends the server, which must be clean. */
  async stop() {
    assert.deepEqual(await this.server.stop(), { code: 0, signal: null });
  }

  /** Starts the next process on the same folder. */
  async restart() {
    return (this.server = await this.server.restart());
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

/**
 * A suite in which each test starts its own server, to end and restart it.
 * @param {string} name
 * @param {(suite: RestartingSuite) => void} body declares the tests
 */
export function restartingSuite(name, body) {
  describe(name, onlyCowrite("keeps everything in memory"), () => {
    const own = new RestartingSuite();
    afterEach(async () => {
      dropClients();
      dropRawClients();
      await own.server?.dispose();
      own.server = undefined;
      assert.deepEqual(warnings.splice(0), []);
    });
    body(own);
  });
}
