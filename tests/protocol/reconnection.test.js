import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Client, atVersion, call, insertAt, settled } from "../support/client.js";
import { checkConverged } from "../support/convergence.js";
import { within } from "../support/deadline.js";
import { commit, history, opMessage, snapshot } from "../support/documents.js";
import { Proxy } from "../support/proxy.js";
import { Random, kSeed } from "../support/random.js";
import { freshId, suite } from "../support/suite.js";
import { kTextUri } from "../support/text_type.js";
import { checkOnce, newToken, tokenInsert } from "../support/tokens.js";

const isSubmission = (direction, message, d) =>
  direction === "up" && message.a === "op" && message.d === d;
const isAnswer = (direction, message, d, src) =>
  direction === "down" &&
  message.a === "op" &&
  message.d === d &&
  message.src === src &&
  !message.op;

/**
 * Where a connection can break around one submission; each makes a rule of the proxy that breaks it
 * once.
 */
const cuts = {
  "after the send, before the server reads it": (d) => (direction, message, link) => {
    if (!isSubmission(direction, message, d)) return true;
    link.cut();
    return false;
  },
  "as the server reads it": (d) => (direction, message, link, text) => {
    if (!isSubmission(direction, message, d)) return true;
    link.forward("up", text);
    link.cut();
    return false;
  },
  "after the server read it, which does not notice the cut":
    (d) => (direction, message, link, text) => {
      if (!isSubmission(direction, message, d)) return true;
      link.forward("up", text);
      link.cutClient();
      return false;
    },
  "after the commit, before the acknowledgement arrives":
    (d, src) => (direction, message, link) => {
      if (!isAnswer(direction, message, d, src)) return true;
      link.cut();
      return false;
    },
  "after the acknowledgement": (d, src) => (direction, message, link, text) => {
    if (!isAnswer(direction, message, d, src)) return true;
    link.forward("down", text);
    setImmediate(() => link.cut());
    return false;
  },
};

/** Applies the rule until it has swallowed a message; what comes later passes. */
function once(rule) {
  let done = false;
  return (...args) => done || rule(...args) || ((done = true), false);
}

suite("reconnection", (suite) => {
  let proxy;
  before(async () => {
    proxy = await Proxy.start(suite.server);
  });
  after(() => proxy.stop());

  /** A document that one client edits through the proxy and another edits directly. */
  async function stage(text = "") {
    proxy.rule = () => true;
    const [cut, direct] = [await Client.connect(proxy), await suite.client()];
    const id = freshId();
    const theirs = await direct.create(id, text);
    const mine = await cut.subscribe(id);
    return { id, cut: cut.keepConnected(), direct, mine, theirs, raw: await suite.raw() };
  }

  for (const [where, makeRule] of Object.entries(cuts)) {
    it(`a connection cut ${where}: the operation is applied once`, async () => {
      const { id, cut, mine, theirs, raw } = await stage();
      const tokens = [newToken(), newToken(), newToken()];
      await insertAt(mine, 0, tokens[0]);
      proxy.rule = once(makeRule(id, cut.connection.id));
      await insertAt(mine, 0, tokens[1]);
      await insertAt(mine, 0, tokens[2]);
      const messages = await checkConverged(raw, [mine, theirs]);
      checkOnce(mine.data, messages, tokens);
    });

    it(`a connection cut ${where}, while others go on: applied once`, async () => {
      const { id, cut, mine, theirs, raw } = await stage();
      const tokens = [newToken(), newToken(), newToken(), newToken(), newToken()];
      const whileAway = new Promise((resolve) => {
        cut.keepConnected(async () => {
          await insertAt(theirs, 0, tokens[3]);
          setImmediate(resolve);
        });
      });
      proxy.rule = once(makeRule(id, cut.connection.id));
      const submitted = [insertAt(mine, 0, tokens[0]), insertAt(theirs, 0, tokens[1])];
      submitted.push(new Promise(setImmediate).then(() => insertAt(mine, 0, tokens[2])));
      await Promise.all(submitted);
      await within(whileAway, "the connection breaks");
      await insertAt(theirs, 0, tokens[4]);
      await cut.connected();
      const messages = await checkConverged(raw, [mine, theirs]);
      checkOnce(mine.data, messages, tokens);
    });

    it(`a connection cut ${where} of a creation: created once`, async () => {
      proxy.rule = () => true;
      const client = (await Client.connect(proxy)).keepConnected();
      for (const fetched of [true, false]) {
        const id = freshId();
        const doc = fetched ? await client.subscribe(id) : client.doc(id);
        proxy.rule = once(makeRule(id, client.connection.id));
        const token = newToken();
        await call(doc, "create", token, kTextUri);
        await client.connected();
        await call(doc, "subscribe");
        const messages = await checkConverged(await suite.raw(), [doc]);
        checkOnce(doc.data, messages, [token]);
        assert.equal(doc.version, 1);
      }
    });

    it(`a connection cut ${where} of a deletion: deleted once`, async () => {
      const { id, cut, mine, theirs, raw } = await stage("text");
      proxy.rule = once(makeRule(id, cut.connection.id));
      await call(mine, "del");
      await cut.connected();
      await atVersion(theirs, 2);
      assert.equal((await snapshot(raw, id)).v, 2);
      assert.equal(theirs.type, null);
    });
  }

  it("what is typed offline arrives once, rebased over what others did", async () => {
    const { cut, mine, theirs, raw } = await stage("0123456789");
    cut.reconnects = null;
    await cut.disconnect();
    const offline = [insertAt(mine, 5, "a"), insertAt(mine, 6, "b"), insertAt(mine, 10, "c")];
    await insertAt(theirs, 0, "😀");
    await insertAt(theirs, 6, "X");
    await cut.reconnect();
    await Promise.all(offline);
    const messages = await checkConverged(raw, [mine, theirs]);
    assert.equal(mine.data, "😀01234abX567c89");
    assert.equal(messages.length, 4, "edits made offline are one operation");
  });

  it("an operation that arrives after its own resubmission is applied once", async () => {
    const { id, mine, theirs, raw } = await stage();
    const token = newToken();
    let release;
    const answered = new Promise((resolve) => {
      proxy.rule = once((direction, message, link, text) => {
        if (!isSubmission(direction, message, id)) return true;
        release = () => {
          link.server.on("message", (bytes) => {
            const late = JSON.parse(bytes);
            if (late.a === "op" && !late.op) resolve(late);
          });
          link.forward("up", text);
        };
        link.cutClient();
        return false;
      });
    });
    await insertAt(mine, 0, token);
    const { v } = mine;
    release();
    const late = await within(answered, "the late submission is answered");
    assert.equal(late.error, undefined);
    assert.equal(late.v, mine.version - 1, v);
    const messages = await checkConverged(raw, [mine, theirs]);
    checkOnce(mine.data, messages, [token]);
  });

  it("one operation on two connections at the same moment is applied once", async () => {
    const owner = await suite.raw();
    const id = freshId();
    await commit(owner, id, 0, 1, { create: { type: kTextUri, data: "" } });
    const twins = [];
    for (let index = 0; index < 4; ++index) twins.push(await suite.raw({ id: `${id}-src` }));
    for (let seq = 1; seq <= 50; ++seq) {
      const message = { ...opMessage(id, seq, seq, { op: [newToken()] }), src: `${id}-src` };
      for (const twin of twins) twin.send(message);
      for (const twin of twins) {
        let reply = await twin.receive();
        while (reply.op) reply = await twin.receive();
        assert.deepEqual([reply.error, reply.seq, reply.v], [undefined, seq, seq]);
      }
    }
    assert.equal((await history(owner, id)).length, 51);
  });

  it("subscriptions of many documents come back with one reconnection", async () => {
    const { cut } = await stage();
    const direct = await suite.client();
    const theirs = [];
    const mine = [];
    for (let index = 0; index < 20; ++index) {
      const id = freshId();
      theirs.push(await direct.create(id, ""));
      mine.push(await cut.subscribe(id));
    }
    await cut.disconnect();
    await cut.connected();
    for (const doc of theirs) await insertAt(doc, 0, doc.id);
    for (const [index, doc] of mine.entries()) {
      await atVersion(doc, 2);
      assert.equal(doc.data, theirs[index].id);
    }
  });

  it(`clients whose connections break at random messages lose and double nothing`, async () => {
    const random = new Random(kSeed);
    proxy.rule = () => true;
    const clients = [];
    for (let index = 0; index < 4; ++index) {
      clients.push((await Client.connect(proxy)).keepConnected());
    }
    const id = freshId();
    const docs = [await clients[0].create(id)];
    for (const client of clients.slice(1)) docs.push(await client.subscribe(id));
    let cutCount = 0;
    proxy.rule = (_, message, link) => {
      if (message.a === "init" || message.a === "hs" || random.below(12)) return true;
      ++cutCount;
      if (random.below(2)) link.cut();
      else link.cutClient();
      return random.below(2) === 0;
    };
    const tokens = [];
    const type = async (doc) => {
      for (let edit = 0; edit < 40; ++edit) {
        const token = newToken();
        tokens.push(token);
        doc.submitOp(tokenInsert(random, doc.data, token));
        if (random.below(3)) await settled(doc);
      }
      await settled(doc);
    };
    await Promise.all(docs.map(type));
    proxy.rule = () => true;
    for (const client of clients) await client.connected();
    const messages = await checkConverged(await suite.raw(), docs, `seed ${kSeed}`);
    checkOnce(docs[0].data, messages, tokens);
    assert.ok(cutCount > 20, `only ${cutCount} cuts`);
  });
});
