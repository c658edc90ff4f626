import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { it } from "node:test";
import { checkConverged } from "../support/convergence.js";
import { until } from "../support/deadline.js";
import {
  ackMessage,
  commit,
  creation,
  history,
  opMessage,
  snapshot,
} from "../support/documents.js";
import { cowrite, kReference } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { hashOfOperations, haveTraces, readTrace, sha256 } from "../support/traces.js";

const kTimeout = 120_000;
const kSessions = [
  "wire/clownschool.free10",
  "wire/clownschool.free200",
  "wire/clownschool.freeoffline3000",
  "offline/offline-small",
  "offline/offline-scattered",
  "vectors/seed1.session0",
  "vectors/seed1.session1",
  "vectors/seed1.session2",
  "vectors/seed1.session3",
  "vectors/seed1.session4",
];

/**
 * Holds back what the server sends to a sharedb client about a document, and lets it through
 * version by version.
 */
class Gate extends EventEmitter {
  constructor(client, doc) {
    super();
    this.connection = client.connection;
    this.doc = doc;
    this.held = [];
    this.connection.on("receive", (request) => {
      if (request.data.a !== "op") return;
      this.held.push(request.data);
      request.data = null;
      this.emit("held");
    });
  }

  /** Resolves when the client's document is at this version, not later. */
  async letThrough(version) {
    while (this.doc.version < version) {
      await until(this, ["held"], () => this.held.length > 0, `version ${version}`);
      this.connection.handleMessage(this.held.shift());
    }
    assert.equal(this.doc.version, version);
  }

  /**
   * Resolves when the server has acknowledged the operation in flight; the client does not know it
   * yet.
   */
  acknowledged() {
    const isAck = (message) => message.src === this.connection.id && !message.op;
    return until(this, ["held"], () => this.held.some(isAck), "an acknowledgement");
  }
}

suite("recorded sessions", (suite) => {
  const options = { skip: !haveTraces && "no traces", timeout: kTimeout };

  it("three sharedb clients replay a session to the text it is known for", options, async () => {
    const { header, lines } = readTrace("wire/clownschool.lat3");
    const clients = await suite.clients(header.agents);
    const id = freshId();
    const docs = [await clients[0].create(id, header.start)];
    for (const client of clients.slice(1)) docs.push(await client.subscribe(id));
    const gates = docs.map((doc, index) => new Gate(clients[index], doc));
    for (const { c, v, op } of lines) {
      await gates[c].letThrough(v + 1); // The trace's version 0 is the text after the creation.
      docs[c].submitOp(op);
      await gates[c].acknowledged();
    }
    await Promise.all(gates.map((gate) => gate.letThrough(lines.length + 1)));
    const messages = await checkConverged(await suite.raw(), docs);
    assert.equal(sha256(docs[0].data), header.final_sha256);
    assert.equal(hashOfOperations(messages.slice(1).map(({ op }) => op)), header.rebased_sha256);
    for (const client of clients) assert.deepEqual(client.errors, []);
    if (kReference) return;
    const printed = await cowrite("--server", suite.server.url, "cat", id);
    assert.equal(
      sha256(printed),
      "d0812d3d6bfd59eab997e16187c9f1f575c65c84b4b539b033ab499c2edc79d5",
    );
  });

  it("sessions sent by hand are logged as they are known to be", options, async () => {
    await Promise.all(kSessions.map((name) => replaySession(suite, name)));
  });
});

/** Who misses more is sent the ack alone, and fetches the rest. */
const kRecordsInMemory = 4_096;

/** One connection per client; each line is sent when the one before it is committed. */
async function replaySession(suite, name) {
  const { header, lines } = readTrace(name);
  const d = freshId();
  const raw = await suite.raw();
  await commit(raw, d, 0, 1, creation(header.start));
  const senders = new Map();
  for (const [index, { c, v, op }] of lines.entries()) {
    if (!senders.has(c)) senders.set(c, await suite.raw());
    const sender = senders.get(c);
    const isAnswer = (message) => message.error || !message.op;
    const replies = await sender.requestAll(opMessage(d, v + 1, index + 2, { op }), isAnswer);
    assert.deepEqual(replies.at(-1), ackMessage(d, sender.id, index + 2, index + 1), name);
    const missed = index - v <= kRecordsInMemory ? index - v : 0;
    assert.equal(replies.length - 1, missed, `${name}: all that the sender misses`);
  }
  const logged = (await history(raw, d)).slice(1).map(({ op }) => op);
  for (const [index, { op, r }] of lines.entries()) {
    assert.deepEqual(logged[index], r ?? op, `${name}, line ${index + 2}`);
  }
  if (header.rebased_sha256) assert.equal(hashOfOperations(logged), header.rebased_sha256);
  if (header.final_sha256) {
    assert.equal(sha256((await snapshot(raw, d)).data), header.final_sha256);
  }
}
