import assert from "node:assert/strict";
import { it } from "node:test";
import { replay } from "../support/client.js";
import { checkConverged, editAtRandom } from "../support/convergence.js";
import { within } from "../support/deadline.js";
import {
  ackMessage,
  commit,
  creation,
  history,
  kCollection as c,
  loggedMessage,
  opMessage,
  snapshot,
  textSnapshot,
  write,
} from "../support/documents.js";
import { Random, kSeed } from "../support/random.js";
import { onlyCowrite } from "../support/server.js";
import { freshId, suite } from "../support/suite.js";
import { Tcp, frame } from "../support/tcp.js";
import { kTextUri } from "../support/text_type.js";

const kMiB = 1 << 20;
const kNoMessage = [1007, 1008];
const stricter = onlyCowrite("lets it pass");

suite("what is no message", (suite) => {
  /**
   * Sends on a connection of its own, which must be closed with one of the codes, while others work
   * on.
   */
  async function checkClosed(send, codes, what) {
    const [attacker, bystander] = [await suite.raw(), await suite.raw()];
    send(attacker);
    const { code } = await within(attacker.closed, `closed after ${what}`);
    assert.ok(codes.includes(code), `${what}: closed with ${code}`);
    assert.deepEqual(await bystander.request({ a: "pp" }), { a: "pp" });
  }

  const noJson = [
    "",
    " ",
    "{",
    "nonsense",
    '{"a":"pp"} x',
    '{"a":"pp",}',
    "{'a':'pp'}",
    "[1",
    "NaN",
    '{"a":"\n"}',
  ];
  for (const text of noJson) {
    it(`text that is not JSON closes the connection: ${JSON.stringify(text)}`, async () => {
      await checkClosed((raw) => raw.sendText(text), kNoMessage, text);
    });
  }

  for (const text of ["null", "1", '"pp"', "true"]) {
    it(`JSON that is no object closes the connection: ${text}`, async (t) => {
      if (stricter.skip && text === "null") return t.skip(stricter.skip);
      await checkClosed((raw) => raw.sendText(text), [...kNoMessage, 1005, 1000], text);
    });
  }

  it("a list closes the connection", stricter, async () => {
    for (const text of ["[]", '[{"a":"pp"}]']) {
      await checkClosed((raw) => raw.sendText(text), kNoMessage, text);
    }
  });

  it("bytes that are not UTF-8 close the connection", stricter, async () => {
    const bytes = {
      "a lone byte": [0xff],
      "an overlong form": [0xc0, 0xaf],
      "half of a surrogate pair": [0xed, 0xa0, 0xbd],
      "beyond Unicode": [0xf4, 0x90, 0x80, 0x80],
      "a character without its end": [0xf0, 0x9f, 0x98],
    };
    for (const [what, wrong] of Object.entries(bytes)) {
      const text = Buffer.concat([
        Buffer.from('{"a":"pp","x":"'),
        Buffer.from(wrong),
        Buffer.from('"}'),
      ]);
      await checkClosed((raw) => raw.socket.send(text, { binary: false }), [1007], what);
      const end = Buffer.concat([Buffer.from('{"a":"pp"}'), Buffer.from(wrong)]);
      const inParts = (raw) => {
        raw.socket.send(end.subarray(0, 5), { binary: false, fin: false });
        raw.socket.send(end.subarray(5), { binary: false, fin: true });
      };
      await checkClosed(inParts, [1007], `${what}, in a message of two parts`);
    }
  });

  it("a message may be cut into parts inside a character", async () => {
    const raw = await suite.raw();
    const d = freshId();
    await write(raw, d, "");
    const text = Buffer.from(JSON.stringify(opMessage(d, 1, 2, { op: ["😀é"] })));
    for (const [index, byte] of text.entries()) {
      raw.socket.send(Buffer.from([byte]), { binary: false, fin: index === text.length - 1 });
    }
    await raw.expect(ackMessage(d, raw.id, 2, 1));
    assert.deepEqual(await snapshot(raw, d), textSnapshot(2, "😀é"));
  });

  it("a binary message closes the connection", stricter, async () => {
    const send = (raw) => raw.socket.send(Buffer.from('{"a":"pp"}'), { binary: true });
    await checkClosed(send, [1003, ...kNoMessage], "a binary message");
  });

  it("nesting without end closes the connection", stricter, async () => {
    for (const depth of [17, 1_000, 100_000, 1_000_000]) {
      for (const [open, close] of [
        ["[", "]"],
        ['{"x":', "}"],
      ]) {
        const nested = open.repeat(depth) + "1" + close.repeat(depth);
        await checkClosed(
          (raw) => raw.sendText(`{"a":"pp","x":${nested}}`),
          kNoMessage,
          `${depth}`,
        );
        await checkClosed((raw) => raw.sendText(open.repeat(depth)), kNoMessage, `${depth}, open`);
      }
    }
  });

  it("nesting that messages need is taken", async () => {
    const raw = await suite.raw();
    const nested = `${"[".repeat(14)}1${"]".repeat(14)}`;
    raw.sendText(`{"a":"pp","x":${nested}}`);
    await raw.expect({ a: "pp" });
  });

  it("a message beyond 8 MiB closes the connection with 1009", stricter, async () => {
    const text = JSON.stringify({ a: "pp", x: "x".repeat(8 * kMiB) });
    await checkClosed((raw) => raw.sendText(text), [1009], "9 MiB");
    const announced = (raw) => {
      raw.socket.send("x".repeat(4 * kMiB), { fin: false });
      raw.socket.send("x".repeat(4 * kMiB), { fin: false });
      raw.socket.send("x".repeat(4 * kMiB), { fin: false });
    };
    await checkClosed(announced, [1009], "three parts of 4 MiB");
  });
});

suite("what is too large", (suite) => {
  it("a text of 4 MiB passes in one message, with line breaks and quotes", async () => {
    const raw = await suite.raw();
    const reader = await suite.client();
    const d = freshId();
    const line = `"${"x".repeat(61)}"\n`;
    const text = line.repeat((4 * kMiB) / line.length);
    await write(raw, d, text);
    const doc = await reader.subscribe(d);
    assert.ok(doc.data === text);
    await commit(raw, d, 1, 2, { op: [text.length, "end"] });
  });

  it("an operation beyond 6 MiB is refused, and its sender goes on", stricter, async () => {
    const [raw, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    await write(raw, d, "abc");
    const big = "x".repeat(6 * kMiB + 1);
    const tooLarge = "ERR_OP_TOO_LARGE";
    await raw.expectError(opMessage(d, 1, 2, { op: [big] }), tooLarge);
    await raw.expectError(opMessage(freshId(), 0, 1, creation(big)), tooLarge);
    await raw.expectError(opMessage(d, 1, 2, { op: ["x", { d: big }] }), tooLarge);
    const parts = Array.from({ length: 262_145 }, (_, index) => (index % 2 ? 1 : "x"));
    await raw.expectError(opMessage(d, 1, 2, { op: parts }), tooLarge);
    assert.deepEqual(await snapshot(other, d), textSnapshot(1, "abc"));
    await commit(raw, d, 1, 2, { op: [3, "d"] });
  });

  it("a document does not grow beyond 16 MiB", stricter, async () => {
    const [raw, other] = [await suite.raw(), await suite.raw()];
    const d = freshId();
    const part = "x".repeat(4 * kMiB);
    await write(raw, d, part);
    for (let v = 1; v < 4; ++v) await commit(raw, d, v, v + 1, { op: [part] });
    await raw.expectError(opMessage(d, 4, 5, { op: ["x"] }), "ERR_DOC_TOO_LARGE");
    await commit(raw, d, 4, 5, { op: ["y", { d: 1 }] });
    const { v, data } = await snapshot(other, d);
    assert.equal(v, 5);
    assert.ok(data === `y${part.repeat(4).slice(1)}`);
    await commit(raw, d, 5, 6, { del: true });
  });

  it("a presence beyond 16 KiB is refused, and its sender goes on", stricter, async () => {
    const raw = await suite.raw();
    const request = { a: "p", ch: freshId(), id: "me", p: "x".repeat(16 << 10), pv: 1 };
    await raw.expectError(request, "ERR_PRESENCE_TOO_LARGE");
    const small = { ...request, p: "x", pv: 2 };
    assert.deepEqual(await raw.request(small), { ...small, src: raw.id });
  });

  it("a connection has 1,024 subscriptions and no more", stricter, async () => {
    const [raw, writer] = [await suite.raw(), await suite.raw()];
    const ids = Array.from({ length: 1_024 }, freshId);
    const more = freshId();
    const tooMany = "ERR_TOO_MANY_SUBSCRIPTIONS";
    const { data } = await raw.request({ a: "bs", c, b: ids });
    assert.equal(Object.keys(data).length, ids.length);
    await raw.expectError({ a: "s", c, d: more, v: null }, tooMany);
    const again = await raw.request({ a: "s", c, d: ids[0], v: null });
    assert.equal(again.error, undefined, "who is subscribed may subscribe again");
    assert.equal((await raw.request({ a: "f", c, d: more, v: null })).error, undefined);
    await raw.request({ a: "u", c, d: ids[0] });
    assert.equal((await raw.request({ a: "s", c, d: more, v: null })).error, undefined);
    const [message] = await write(writer, more, "seen");
    await raw.expect(message);
    await raw.expectError({ a: "bs", c, b: [...ids, more] }, tooMany);
  });

  it("a connection announces 64 presences and no more", stricter, async () => {
    const raw = await suite.raw();
    const ch = freshId();
    const presence = (id, p = 1, pv = 1) => ({ a: "p", ch, id: `id-${id}`, p, pv });
    for (let id = 0; id < 64; ++id) await raw.request(presence(id));
    await raw.expectError(presence(64), "ERR_TOO_MANY_PRESENCES");
    assert.equal((await raw.request(presence(0, 2, 2))).error, undefined);
    assert.equal((await raw.request(presence(0, null, 3))).error, undefined);
    assert.equal((await raw.request(presence(64, 1, 2))).error, undefined);
  });
});

suite("foreign pages and broken handshakes", (suite) => {
  const refused = (status) => assert.ok(status >= 400 && status < 500, `status ${status}`);
  // Who speaks the first draft of the protocol is answered by the WebSocket library itself.
  const refusedByLibrary = (status) => assert.equal(status, 500);
  const upgrade = async (headers, path) => {
    const tcp = await Tcp.connect(suite.server);
    const status = await tcp.upgrade(headers, path);
    tcp.drop();
    return status;
  };

  it("a page of a foreign origin gets no WebSocket", stricter, async () => {
    const { port } = suite.server;
    const origins = [
      ...[
        "http://evil.example",
        "https://127.0.0.1.evil.example",
        "null",
        "http://localhost.evil.example",
      ],
      ...[`http://127.0.0.1:${port + 1}`, "http://127.0.0.1", "file://", "chrome-extension://abc"],
    ];
    for (const Origin of origins) refused(await upgrade({ Origin }));
  });

  it("a page of ours gets a WebSocket, and so do programs that name no origin", async () => {
    const { port } = suite.server;
    assert.equal(await upgrade({ Origin: `http://127.0.0.1:${port}` }), 101);
    assert.equal(
      await upgrade({ Origin: `http://localhost:${port}`, Host: `localhost:${port}` }),
      101,
    );
    assert.equal(await upgrade({}), 101);
  });

  it("a foreign name for this host gets nothing at all", stricter, async () => {
    const { port } = suite.server;
    for (const Host of [
      `evil.example:${port}`,
      "evil.example",
      `127.0.0.1.evil.example:${port}`,
      "",
      null,
    ]) {
      refused(await upgrade({ Host, Origin: `http://${Host}` }));
      refused(await upgrade({ Host }));
      for (const path of ["/", "/d/x", "/embed/x", "/healthz", "/api/documents", "/nothing"]) {
        const tcp = await Tcp.connect(suite.server);
        const answer = await tcp.request(path, { Host });
        refused(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]));
        tcp.drop();
      }
    }
  });

  it("WebSockets are at /ws only", async () => {
    for (const path of ["/", "/ws/", "/wsx", "/d/x", "/api/ws"]) refused(await upgrade({}, path));
  });

  it("a broken handshake is refused", async () => {
    refusedByLibrary(await upgrade({ "Sec-WebSocket-Version": null }));
    refused(await upgrade({ "Sec-WebSocket-Key": null }));
    refused(await upgrade({ "Sec-WebSocket-Key": "short" }));
  });

  it("another version of the WebSocket protocol is refused", stricter, async () => {
    for (const version of ["8", "14"]) {
      refused(await upgrade({ "Sec-WebSocket-Version": version }));
    }
    refusedByLibrary(await upgrade({ "Sec-WebSocket-Version": "0" }));
  });

  it("bytes that are no HTTP close the connection", async () => {
    for (const bytes of [
      "\0\0\0\0\r\n\r\n",
      "nonsense\r\n\r\n",
      `GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const tcp = await Tcp.connect(suite.server);
      tcp.write(bytes);
      assert.doesNotMatch(String(await tcp.rest()), /^HTTP\/1\.1 [123]/);
    }
  });

  const broken = {
    "without a mask": Buffer.from([0x81, 2, 0x7b, 0x7d]),
    "with a reserved bit": frame(0xc1, "{}"),
    "of an unknown kind": frame(0x83, "{}"),
    "that continues nothing": frame(0x80, "{}"),
    "that is a ping in parts": frame(0x09, "x"),
    "that is a ping of 126 bytes": frame(0x89, "x".repeat(126)),
    "that announces 2^63 bytes": Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
    "that announces 2^40 bytes": Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
    "that begins a text inside a text": Buffer.concat([frame(0x01, "{"), frame(0x81, "}")]),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    const option = what.includes("2^40") ? stricter : {};
    it(`a frame ${what} closes the connection`, option, async () => {
      const tcp = await Tcp.connect(suite.server);
      assert.equal(await tcp.upgrade(), 101);
      tcp.write(bytes);
      await tcp.rest();
      const raw = await suite.raw();
      assert.deepEqual(await raw.request({ a: "pp" }), { a: "pp" });
    });
  }
});

suite("a stream of nonsense", (suite) => {
  it(`mutated messages harm nobody (seed ${kSeed})`, stricter, async () => {
    const random = new Random(kSeed);
    const clients = await suite.clients(2);
    const id = freshId();
    const docs = [await clients[0].create(id, "text"), await clients[1].subscribe(id)];
    const victim = freshId();
    const owner = await suite.raw();
    await write(owner, victim, "untouched");
    const editing = docs.map((doc, index) => editAtRandom(doc, new Random(kSeed + index), 60));
    const valid = [
      opMessage(victim, 1, 1, { op: [3, "x", { d: 2 }] }),
      opMessage(victim, 1, 1, { create: { type: kTextUri, data: "x" } }),
      { a: "f", c, d: victim, v: 0 },
      { a: "s", c, d: victim, v: null },
      { a: "bs", c, b: { [victim]: 1 } },
      { a: "bf", c, b: [victim] },
      { a: "nf", id: 1, c, d: victim, v: 1 },
      { a: "nt", id: 1, c, d: victim, ts: 1 },
      { a: "p", ch: victim, id: "me", p: { index: 1 }, pv: 1, c, d: victim, v: 1, t: kTextUri },
      { a: "ps", ch: victim, seq: 1 },
      { a: "hs", id: "someone", protocol: 1, protocolMinor: 2 },
    ].map((message) => JSON.stringify(message));
    const pieces = [
      ...'{}[]",:0-9.e\\u\0',
      "null",
      "1e999",
      "\\ud800",
      "9223372036854775808",
      '"d":',
    ];
    let attacker = await suite.raw();
    for (let count = 0; count < 3_000; ++count) {
      if (attacker.socket.readyState !== attacker.socket.OPEN) attacker = await suite.raw();
      let text = random.pick(valid);
      for (let edits = 1 + random.below(3); edits > 0; --edits) {
        const at = random.below(text.length + 1);
        text = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(4));
      }
      attacker.sendText(text);
      if (count % 50 === 0) await new Promise(setImmediate);
      attacker.arrived.length = 0;
    }
    await Promise.all(editing);
    await checkConverged(await suite.raw(), docs, `seed ${kSeed}`);
    // A mutation may well be a valid operation on that document; whatever was accepted is whole.
    const { v, data } = await snapshot(owner, victim);
    const messages = await history(owner, victim);
    assert.equal(messages.length, v);
    assert.equal(replay(messages), data ?? null);
  });
});
