import assert from "node:assert/strict";
import { it } from "node:test";
import { call, next } from "../support/client.js";
import { suite } from "../support/suite.js";

const kJson0 = "http://sharejs.org/types/JSONv0";
const hs = (id) => ({ a: "hs", id, protocol: 1, protocolMinor: 2 });

suite("handshake", (suite) => {
  it("the server speaks first, with a new id for each connection", async () => {
    const clients = [await suite.raw({ greet: false }), await suite.raw({ greet: false })];
    const [first, second] = await Promise.all(clients.map((client) => client.receive()));
    const { id, ...rest } = first;
    assert.deepEqual(rest, { a: "init", protocol: 1, protocolMinor: 2, type: kJson0 });
    assert.equal(typeof id, "string");
    assert.ok(id.length > 0);
    assert.notEqual(id, second.id);
  });

  it("both handshakes of a connection are answered with the id of init", async () => {
    const client = await suite.raw({ greet: false });
    const { id } = await client.receive();
    const expected = { a: "hs", protocol: 1, protocolMinor: 2, id, type: kJson0 };
    for (const greeting of [hs(null), hs(null), { a: "hs", protocol: 1, protocolMinor: 2 }]) {
      const { "x-history": _extension, ...answer } = await client.request(greeting);
      assert.deepEqual(answer, expected);
    }
  });

  it("an id in the handshake becomes the connection's, and a later null keeps it", async () => {
    const client = await suite.raw({ greet: false });
    await client.receive();
    assert.equal((await client.request(hs("an-old-id"))).id, "an-old-id");
    assert.equal((await client.request(hs(null))).id, "an-old-id");
    assert.equal((await client.request(hs("another"))).id, "another");
  });

  it("the id of the handshake is the src of the operations that follow", async () => {
    const client = await suite.raw({ id: "chosen-src" });
    const create = { type: "text-unicode", data: "" };
    const ack = await client.request({ a: "op", c: "docs", d: "src", v: 0, seq: 1, create });
    assert.deepEqual(ack, { a: "op", c: "docs", d: "src", src: "chosen-src", seq: 1, v: 0 });
  });

  it("requests are served before a handshake, under the id of init", async () => {
    const client = await suite.raw({ greet: false });
    const { id } = await client.receive();
    const create = { type: "text-unicode", data: "early" };
    const ack = await client.request({ a: "op", c: "docs", d: "early", v: 0, seq: 1, create });
    assert.deepEqual(ack, { a: "op", c: "docs", d: "early", src: id, seq: 1, v: 0 });
    assert.equal((await client.request(hs(null))).id, id);
  });

  it("clients of other versions are greeted too", async () => {
    const client = await suite.raw();
    for (const version of [{}, { protocol: 1 }, { protocol: 9, protocolMinor: 9 }]) {
      const reply = await client.request({ a: "hs", id: null, ...version });
      assert.equal(reply.error, undefined);
      assert.equal(reply.protocol, 1);
    }
  });

  it("fields that nobody knows are ignored", async () => {
    const client = await suite.raw();
    await client.expectNothingMore("docs", "unknown");
    const reply = await client.request({ a: "pp", x: { y: [1, null, "z"] }, unknown: true });
    assert.deepEqual(reply, { a: "pp" });
  });

  it("a ping is answered", async () => {
    const client = await suite.raw();
    assert.deepEqual(await client.request({ a: "pp" }), { a: "pp" });
    const real = await suite.client();
    const pong = next(real.connection, "pong");
    real.connection.ping();
    await pong;
  });

  it("WebSocket pings are answered, between the parts of a message too", async () => {
    const client = await suite.raw();
    const pong = next(client.socket, "pong");
    client.socket.send('{"a":', { fin: false });
    client.socket.ping("are you there");
    client.socket.send('"pp"}', { fin: true });
    assert.equal(String((await pong)[0]), "are you there");
    await client.expect({ a: "pp" });
  });

  it("the sharedb client connects, and keeps its id over a reconnection", async () => {
    const client = await suite.client();
    const { id } = client.connection;
    assert.ok(id);
    await client.disconnect();
    await client.reconnect();
    assert.equal(client.connection.id, id);
    assert.deepEqual(client.errors, []);
    await call(client.doc("after-reconnect"), "fetch");
  });
});
