// The unmodified npm `sharedb` client with promises, and a socket that can be cut and bound anew.

import { once } from "node:events";
import { createRequire } from "node:module";
import { type, insert, remove } from "ot-text-unicode";
import WebSocket from "ws";
import { until, within } from "./deadline.js";
import { kTextUri, textType } from "./text_type.js";

const ShareDB = createRequire(import.meta.url)("sharedb/lib/client");
ShareDB.types.register(textType);

/**
 * What the sharedb client complained about; an empty list says that the server kept the order it
 * expects.
 */
export const warnings = [];
const note = (...parts) => warnings.push(parts.map(String).join(" "));
ShareDB.logger.setMethods({ info() {}, warn: note, error: note });

const open = new Set();

/** Drops every client that a test left open. */
export function dropClients() {
  for (const client of open) client.drop();
}

export class Client {
  /** @param {{webSocketUrl: string}} server a server or a proxy before it */
  static async connect(server) {
    const client = new Client(server);
    await client.connected();
    return client;
  }

  constructor(server) {
    this.server = server;
    this.reconnects = null;
    this.errors = [];
    this.connection = new ShareDB.Connection(this.#socket());
    this.connection.on("error", (error) => this.errors.push(error));
    this.connection.on("disconnected", () => this.reconnects?.().then(() => this.bind()));
    open.add(this);
  }

  #socket() {
    this.socket = new WebSocket(this.server.webSocketUrl);
    this.socket.on("error", () => {}); // A refused or broken connection shows as its close.
    return this.socket;
  }

  /** Gives the connection a new socket. */
  bind() {
    if (open.has(this)) this.connection.bindToSocket(this.#socket());
  }

  /** Resolves when the handshake is done. */
  connected() {
    const { connection } = this;
    return until(connection, ["state"], () => connection.state === "connected", "connected");
  }

  reconnect() {
    this.bind();
    return this.connected();
  }

  /**
   * Binds a new socket whenever the old one breaks, until drop().
   * @param {() => Promise<any>} [ready] resolves when there is a server to connect to
   */
  keepConnected(ready = () => new Promise(setImmediate)) {
    this.reconnects = ready;
    return this;
  }

  /** Breaks the connection without a goodbye. */
  async disconnect() {
    const { connection } = this;
    this.socket.terminate();
    await until(connection, ["state"], () => connection.state === "disconnected", "disconnected");
  }

  doc(id, collection = "docs") {
    const doc = this.connection.get(collection, id);
    if (!doc.listenerCount("error")) doc.on("error", (error) => this.errors.push(error));
    return doc;
  }

  /** The document, subscribed. */
  async subscribe(id, collection = "docs") {
    const doc = this.doc(id, collection);
    await call(doc, "subscribe");
    return doc;
  }

  /** The document, created with this text and subscribed. */
  async create(id, text = "", collection = "docs") {
    const doc = await this.subscribe(id, collection);
    await call(doc, "create", text, kTextUri);
    return doc;
  }

  drop() {
    open.delete(this);
    this.reconnects = null;
    this.socket.terminate();
  }
}

/**
 * Calls a method that takes a callback, as a promise.
 * @param {object} object
 * @param {string} method
 * @param {...any} args
 */
export function call(object, method, ...args) {
  const outcome = new Promise((resolve, reject) => {
    object[method](...args, (error, value) => (error ? reject(error) : resolve(value)));
  });
  return within(outcome, `${method} is answered`);
}

/** Submits an operation; resolves when it is acknowledged. */
export const submit = (doc, op) => call(doc, "submitOp", op);
export const insertAt = (doc, position, text) => submit(doc, insert(position, text));
export const removeAt = (doc, position, count) => submit(doc, remove(position, count));

const kDocEvents = ["op", "create", "del", "load", "no write pending", "nothing pending"];

/** Resolves when the document is at this version, or past it. */
export function atVersion(doc, version) {
  return until(
    doc,
    kDocEvents,
    () => doc.version >= version,
    `version ${version} of ${doc.id}`,
    60_000,
  );
}

/** Resolves when everything that was submitted to the document has been answered. */
export function settled(doc) {
  return until(doc, kDocEvents, () => !doc.hasWritePending(), `${doc.id} is settled`, 60_000);
}

/** The next event of this name, or a failure. */
export async function next(emitter, event) {
  return within(once(emitter, event), `the event '${event}'`);
}

/** The text after these op messages, replayed with ot-text-unicode. */
export function replay(messages) {
  let text = null;
  for (const message of messages) {
    if (message.create) text = message.create.data ?? "";
    else if (message.del) text = null;
    else text = type.apply(text, message.op);
  }
  return text;
}
