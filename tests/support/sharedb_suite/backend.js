// Takes the place of ShareDB's Backend in its own tests: a connection's messages go over a
// WebSocket to the server that SHAREDB_SUITE_URL names.
//
// Middleware that only sees messages runs here, on their way; what runs inside of ShareDB's server
// has no counterpart, and a test that asks for it fails.

import { createRequire } from "node:module";
import WebSocket from "ws";
import { Carrier } from "./carrier.js";

const require = createRequire(import.meta.url);
const Connection = require("sharedb/lib/client/connection");
const ShareDBError = require("sharedb/lib/error");
const StreamSocket = require("sharedb/lib/stream-socket");
const ShareDBBackend = require("sharedb/lib/backend");

const kOnMessages = ["connect", "receive", "reply", "sendPresence", "submit"];

export class Backend {
  MIDDLEWARE_ACTIONS = ShareDBBackend.prototype.MIDDLEWARE_ACTIONS;
  SNAPSHOT_TYPES = ShareDBBackend.prototype.SNAPSHOT_TYPES;
  trigger = ShareDBBackend.prototype.trigger;
  middleware = {};
  agentsCount = 0;
  #carrier = new Carrier();
  #agents = new Set();
  #turns = new Turns();

  use(actions, middleware) {
    for (const action of [actions].flat()) {
      if (!kOnMessages.includes(action)) throw new Error(`no middleware "${action}" here`);
      (this.middleware[action] ??= []).push(middleware);
    }
    return this;
  }

  connect(connection, request, callback) {
    const socket = new StreamSocket();
    if (connection) connection.bindToSocket(socket);
    else connection = new Connection(socket);
    socket._open();
    connection.agent = this.listen(socket.stream, request);
    if (callback) connection.once("connected", () => callback(connection));
    return connection;
  }

  listen(stream, request) {
    const agent = new Agent(this, this.#carrier, stream, this.#agents, this.#turns);
    this.trigger("connect", agent, { stream, req: request }, (error) =>
      error ? agent.close(error) : agent.open(),
    );
    return agent;
  }

  close(callback) {
    for (const agent of this.#agents) agent.close();
    if (callback) setImmediate(callback);
  }
}

/**
 * In one process operations arrive in the order in which they are sent, and an author gets its ack
 * before the others get the operation; the tests count on both. Sockets promise neither, so here
 * the operations on a document are sent one after the other, and what arrives waits for the ack.
 */
class Turns {
  #queues = new Map(); // Document -> names of operations, of which the first is under way.
  #waiting = new Map(); // Name -> what waits for its answer.

  /** @param {() => void} go is called when it is the turn of the operation, if that is not now. */
  enter(document, name, go) {
    const queue = this.#queues.get(document) ?? [];
    this.#queues.set(document, queue);
    if (!queue.some((entry) => entry.name === name)) queue.push({ name, go });
  }

  isUnderWay(document, name) {
    return this.#queues.get(document)?.[0]?.name === name;
  }

  /** Calls `go` when the operation that is under way is answered. */
  whenAnswered(name, go) {
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), go]);
  }

  leave(document, name) {
    const queue = this.#queues.get(document) ?? [];
    const rest = queue.filter((entry) => entry.name !== name);
    this.#queues.set(document, rest);
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const go of waiting) go();
    if (rest.length && rest[0] !== queue[0]) rest[0].go();
  }
}

const documentOf = ({ c, d }) => JSON.stringify([c, d]);

/** One connection: ShareDB's stream on one side, the WebSocket on the other. */
class Agent {
  #backend;
  #carrier;
  #all;
  #socket = null;
  #id = null;
  #turns;
  #out = []; // Messages that wait for the WebSocket to open, or for the turn of an operation.
  #unanswered = new Map(); // Name of each of its operations -> document.
  #held = new Map(); // What arrived for a document and waits for the ack of another connection.
  #paused = null; // What arrived while the others are asked for presences.
  #pongs = []; // What is to be done at each answer to a ping.

  constructor(backend, carrier, stream, all, turns) {
    this.#backend = backend;
    this.#carrier = carrier;
    this.#all = all;
    this.#turns = turns;
    this.stream = stream;
    this.closed = false;
    this.clientId = null;
    this.src = null;
  }

  open() {
    if (this.closed) return;
    ++this.#backend.agentsCount;
    this.#all.add(this);
    this.#socket = new WebSocket(process.env.SHAREDB_SUITE_URL);
    this.#socket.on("open", () => this.#flush());
    this.#socket.on("message", (text) => this.#arrive(JSON.parse(text)));
    this.#socket.on("close", () => this.close());
    this.#socket.on("error", () => {});
    this.stream.on("data", (message) => this.#fromClient(message));
    for (const event of ["end", "close"]) this.stream.on(event, () => this.#cleanUp());
  }

  close() {
    this.#cleanUp();
    this.stream.resume().end(); // So that its end is seen.
  }

  #cleanUp() {
    if (this.closed) return;
    this.closed = true;
    if (!this.#all.delete(this)) return;
    --this.#backend.agentsCount;
    this.#socket.terminate();
    for (const [name, document] of this.#unanswered) this.#turns.leave(document, name);
    for (const pong of this.#pongs.splice(0)) pong();
  }

  #fromClient(message) {
    if (this.closed) return;
    if (message.a === "hs" && message.id) this.src = message.id;
    const refuse = ({ code, message: text }) =>
      this.stream.write({ ...message, error: { code, message: text } });
    const pass = () => {
      this.#out.push(message);
      this.#flush();
    };
    this.#trigger("receive", { data: message }, refuse, () => {
      if (message.a !== "op") return pass();
      const { c: collection, d: id } = message;
      const rejectedError = () => new ShareDBError("ERR_OP_SUBMIT_REJECTED", "Op submit rejected");
      this.#trigger("submit", { op: message, collection, id, rejectedError }, refuse, pass);
    });
  }

  #flush() {
    while (this.#out.length && this.#socket.readyState === WebSocket.OPEN) {
      const [message] = this.#out;
      if (message.a === "op" && !this.#isItsTurn(message)) return;
      this.#out.shift();
      if (message.a === "pp") this.#pongs.push(() => this.#toClient({ a: "pp" }));
      this.#socket.send(JSON.stringify(this.#carrier.encode(message, this.#id)));
    }
  }

  #nameOf({ src, seq }) {
    return `${src ?? this.#id}/${seq}`;
  }

  #isItsTurn(message) {
    const [document, name] = [documentOf(message), this.#nameOf(message)];
    this.#unanswered.set(name, document);
    this.#turns.enter(document, name, () => this.#flush());
    return this.#turns.isUnderWay(document, name);
  }

  /** Resolves when all has arrived that the server sent before. */
  settled() {
    if (this.closed || this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      this.#pongs.push(resolve);
      this.#socket.send(JSON.stringify({ a: "pp" }));
    });
  }

  #arrive(received) {
    const message = this.#carrier.decode(received);
    if (message.a === "pp" && !message.error) return this.#pongs.shift()();
    if (this.#paused) return this.#paused.push(message);
    if (message.a !== "ps" || message.error) return this.#takeIn(message);
    // In one process the others are asked for their presences before a subscription is answered.
    this.#paused = [message];
    Promise.all([...this.#all].map((agent) => agent === this || agent.settled())).then(() => {
      const arrived = this.#paused;
      this.#paused = null;
      for (const each of arrived) this.#takeIn(each);
    });
  }

  // What is about one document stays in order.
  #takeIn(message) {
    const [document, name] = [documentOf(message), this.#nameOf(message)];
    if (this.#held.has(document)) {
      this.#held.get(document).push(message);
    } else if (message.a !== "op") {
      this.#toClient(message);
    } else if (this.#unanswered.delete(name)) {
      this.#toClient(message);
      this.#turns.leave(document, name);
    } else if (this.#turns.isUnderWay(document, name)) {
      this.#held.set(document, [message]);
      this.#turns.whenAnswered(name, () => this.#release(document));
    } else {
      this.#toClient(message);
    }
  }

  #release(document) {
    const held = this.#held.get(document);
    this.#held.delete(document);
    for (const message of held) this.#toClient(message);
  }

  #toClient(message) {
    if (this.closed) return;
    if (message.a === "init") this.clientId = message.id;
    if (message.a === "hs" || message.a === "init") this.#id = message.id;
    const fail = ({ code, message: text }) =>
      this.stream.write({ ...message, data: undefined, error: { code, message: text } });
    const pass = () => !this.closed && this.stream.write(message);
    if (message.a === "p" && message.src !== this.#id) {
      const context = { presence: message, collection: message.c };
      this.#trigger("sendPresence", context, fail, pass);
    } else if (message.error || message.a === "init" || message.a === "op") {
      pass();
    } else {
      this.#trigger("reply", { request: message, reply: message }, fail, pass);
    }
  }

  #trigger(action, context, fail, pass) {
    this.#backend.trigger(action, this, context, (error) => (error ? fail(error) : pass()));
  }
}
