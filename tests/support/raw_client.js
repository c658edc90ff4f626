// A client that speaks the protocol by hand: JSON in, JSON out, in order.

import assert from "node:assert/strict";
import WebSocket from "ws";
import { within } from "./deadline.js";

const open = new Set();

/** Drops every raw connection that a test left open. */
export function dropRawClients() {
  for (const client of open) client.drop();
}

export class RawClient {
  /**
   * @param {{webSocketUrl: string}} server
   * @param {{id?: string, greet?: boolean, socket?: object}} [options] id: the src to claim in the
   *     handshake; greet: whether
   *     to take `init` and do the handshake; socket: options of the WebSocket.
   */
  static async connect(server, { id = null, greet = true, socket = {} } = {}) {
    const client = new RawClient(server.webSocketUrl, socket);
    await client.opened;
    if (!greet) return client;
    client.init = await client.receive();
    assert.equal(client.init.a, "init");
    const reply = await client.request({ a: "hs", id, protocol: 1, protocolMinor: 2 });
    client.id = reply.id;
    return client;
  }

  constructor(url, options) {
    this.socket = new WebSocket(url, options);
    this.arrived = [];
    this.waiting = [];
    open.add(this);
    this.opened = within(
      new Promise((resolve, reject) => {
        this.socket.on("open", resolve);
        this.socket.on("error", reject);
      }),
      `a WebSocket to ${url}`,
    );
    this.socket.on("message", (bytes) => this.#deliver(JSON.parse(bytes)));
    /** @type {Promise<{code: number, reason: string}>} */
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        open.delete(this);
        resolve({ code, reason: String(reason) });
        this.waiting.splice(0).forEach(({ reject }) => reject(new Error(`closed with ${code}`)));
      });
    });
  }

  #deliver(message) {
    const waiting = this.waiting.shift();
    if (waiting) waiting.resolve(message);
    else this.arrived.push(message);
  }

  /** @param {object} message */
  send(message) {
    this.sendText(JSON.stringify(message));
  }

  sendText(text) {
    this.socket.send(text);
  }

  /** The next message from the server, however long it takes. */
  next() {
    if (this.arrived.length) return Promise.resolve(this.arrived.shift());
    if (this.socket.readyState > WebSocket.OPEN) return Promise.reject(new Error("closed"));
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** The next message from the server. */
  receive() {
    return within(this.next(), "a message from the server");
  }

  /** Sends and returns what comes next. */
  request(message) {
    this.send(message);
    return this.receive();
  }

  /** Sends, and returns all messages up to the first that `isLast` accepts. */
  async requestAll(message, isLast) {
    this.send(message);
    const messages = [];
    do messages.push(await this.receive());
    while (!isLast(messages.at(-1)));
    return messages;
  }

  /** Submits, and returns the answer; the operations that the client misses come before it. */
  async submit(message) {
    const isAnswer = ({ error, op, create, del }) => error !== undefined || !(op || create || del);
    return (await this.requestAll(message, isAnswer)).at(-1);
  }

  /** The next message is exactly this one. */
  async expect(expected) {
    assert.deepEqual(await this.receive(), expected);
  }

  /**
   * Sends a request that must fail, and checks that the reply is an error that lets the client find
   * its request.
   * @param {object} request
   * @param {string | string[]} codes
   */
  async expectError(request, codes) {
    const reply = await this.request(request);
    checkError(reply, request, codes);
    return reply;
  }

  /**
   * Nothing but the answer to this question is under way: all that concerned the document has
   * arrived.
   */
  async expectNothingMore(c, d) {
    const { data, ...reply } = await this.request({ a: "f", c, d, v: null });
    assert.deepEqual(reply, { a: "f", c, d });
    assert.equal(typeof data.v, "number");
  }

  /** Closes, and waits until the server has answered the close. */
  close() {
    this.socket.close();
    return within(this.closed, "the socket closes");
  }

  /** Breaks the connection without a goodbye. */
  drop() {
    this.socket.terminate();
  }
}

// What a ShareDB client needs to match an error with its request.
const kMatched = ["a", "c", "d", "b", "id", "ch", "pv", "seq"];

export function checkError(reply, request, codes) {
  const brief = (message) => JSON.stringify(message).slice(0, 300);
  const about = `request ${brief(request)}, reply ${brief(reply)}`;
  assert.ok(reply.error, `not an error: ${about}`);
  assert.ok([codes].flat().includes(reply.error.code), `expected ${codes}: ${about}`);
  assert.ok(typeof reply.error.message === "string" && reply.error.message.length > 0, about);
  for (const field of kMatched) assert.deepEqual(reply[field], request[field], about);
}
