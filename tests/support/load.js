// Clients that insert tokens into documents as fast as they are acknowledged, through the ends and
// restarts of the server.

import assert from "node:assert/strict";
import { Client } from "./client.js";
import { checkConverged } from "./convergence.js";
import { within } from "./deadline.js";
import { Oracle } from "./oracle.js";
import { Random, kSeed } from "./random.js";
import { RawClient } from "./raw_client.js";
import { freshId } from "./suite.js";
import { checkOnce, newToken, tokenInsert } from "./tokens.js";

const kDocuments = 5;
const kClients = 4;
const kLongMs = 60_000;

export class Load {
  #server;
  #going = true;
  #count = 0;
  #noticed = () => {};
  #up = Promise.resolve(); // While there is a server to connect to.
  #docs = new Map(); // Document id -> each client's.

  /** @param {import("./server.js").Server} server */
  static async start(server) {
    const load = new Load(server);
    await load.#open();
    return load;
  }

  constructor(server) {
    this.#server = server;
    this.random = new Random(kSeed);
    this.oracle = new Oracle();
  }

  async #open() {
    const connected = Array.from({ length: kClients }, () => Client.connect(this.#server));
    this.clients = await Promise.all(connected);
    for (const client of this.clients) client.keepConnected(() => this.#up);
    for (let i = 0; i < kDocuments; ++i) {
      const id = freshId();
      this.oracle.add(id);
      const docs = [await this.clients[0].create(id)];
      for (const client of this.clients.slice(1)) docs.push(await client.subscribe(id));
      this.#docs.set(id, docs);
    }
    this.parts = [...this.#docs.values()].flat().map((doc) => this.#type(doc));
  }

  async #type(doc) {
    while (this.#going) {
      const token = newToken();
      this.oracle.type(doc.id, token);
      await submitAtLeisure(doc, tokenInsert(this.random, doc.data, token));
      this.oracle.acknowledge(doc.id, token);
      ++this.#count;
      this.#noticed();
    }
  }

  /** Resolves when so many more operations have been acknowledged. */
  acknowledgements(more) {
    const goal = this.#count + more;
    const reached = new Promise((resolve) => {
      this.#noticed = () => this.#count >= goal && resolve();
    });
    return within(reached, `${more} acknowledgements`, kLongMs);
  }

  /**
   * Ends the server in this way and starts the next; what was acknowledged is in its history. The
   * clients come back after that.
   * @param {() => Promise<any>} end
   * @param {() => Promise<import("./server.js").Server>} restart
   */
  async through(end, restart) {
    let restarted;
    this.#up = new Promise((resolve) => (restarted = resolve));
    await end();
    const server = await restart();
    await this.oracle.check(server, `seed ${kSeed}`);
    restarted();
  }

  /** Ends the typing; every token is in every text and in the history, once. */
  async finish(server) {
    this.#going = false;
    await within(Promise.all(this.parts), "the clients finish", kLongMs);
    await this.oracle.check(server, `seed ${kSeed}`);
    this.oracle.checkComplete();
    const raw = await RawClient.connect(server);
    for (const [id, docs] of this.#docs) {
      const messages = await checkConverged(raw, docs, `seed ${kSeed}`);
      checkOnce(docs[0].data, messages, this.oracle.typed(id));
    }
    for (const client of this.clients) assert.deepEqual(client.errors, []);
  }
}

/** Submits with no deadline of its own: the server may be away meanwhile. */
const submitAtLeisure = (doc, op) =>
  new Promise((resolve, reject) =>
    doc.submitOp(op, (error) => (error ? reject(error) : resolve())),
  );
