// Who makes no progress: connections that neither read nor finish what they began.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe } from "node:test";
import { kCollection as c } from "../support/documents.js";
import { attack } from "./support/attack.js";
import { times } from "./support/kinds.js";
import { scaled } from "./support/limits.js";
import { makeText } from "./support/texts.js";

const kText = "long-text";
const kEach = 3;
const kDroppedMs = 70_000; // Longer than any patience of the server.
const kBetweenBytesMs = 500;
const kBetweenLooksMs = 250;

const longText = ({ server }) => makeText(server, kText, "x", scaled(16 << 20));

/** Does it again and again, until the socket is closed. */
function keepDoing(socket, act) {
  const timer = setInterval(act, kBetweenBytesMs);
  socket.on("close", () => clearInterval(timer));
}

const get = (port) =>
  `GET /api/documents/${c}/${kText}/text HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

/** Each begins something on a connection, and returns its bare socket. */
const kKinds = {
  async "replies that are not read"(field) {
    const { socket, bare } = await webSocket(field);
    socket.pause();
    for (let index = 0; index < 3; ++index) {
      socket.send(JSON.stringify({ a: "f", c, d: kText, v: null }));
    }
    return bare;
  },
  async "a message of which nothing more comes, pings answered"(field) {
    const { socket, bare } = await webSocket(field);
    socket.send("x".repeat(1 << 20), { fin: false });
    return bare;
  },
  async "a message that comes a byte at a time, pings answered"(field) {
    const { socket, bare } = await webSocket(field);
    socket.send("x", { fin: false });
    keepDoing(bare, () => socket.send("x", { fin: false }));
    return bare;
  },
  async "an answer over HTTP that is not read"(field) {
    const { socket, port } = await field.tcp();
    socket.pause();
    socket.write(get(port));
    return socket;
  },
  async "an answer over HTTP that is read 1 KiB at a time"(field) {
    const { socket, port } = await field.tcp();
    socket.pause();
    socket.write(get(port));
    keepDoing(socket, () => socket.read(1_024));
    return socket;
  },
  async "a body that comes a byte at a time"(field) {
    const { socket, port } = await field.tcp();
    const head = ["POST /api/documents HTTP/1.1", `Host: 127.0.0.1:${port}`];
    socket.write(`${head.join("\r\n")}\r\nContent-Length: 9999\r\n\r\n`);
    keepDoing(socket, () => socket.write("x"));
    return socket;
  },
};

/** A WebSocket with the bare socket below it. */
async function webSocket(field) {
  let bare;
  const createConnection = (options) => (bare = field.dial(options));
  const { socket } = await field.raw({ socket: { createConnection } });
  return { socket, bare };
}

const kEstablished = "01";

/** The ports of clients whose connections the server keeps open. */
function keptOpen({ port }) {
  const own = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
  const open = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, , state]) => {
      return local.endsWith(`:${own}`) && state === kEstablished;
    });
  return new Set(open.map(([, , remote]) => Number.parseInt(remote.split(":")[1], 16)));
}

describe("who makes no progress", () => {
  attack("is dropped, whatever is waited for", { prepare: longText }, async (field) => {
    const ports = new Map();
    for (const [kind, begin] of Object.entries(kKinds)) {
      const sockets = await Promise.all(times(kEach, () => begin(field)));
      ports.set(
        kind,
        sockets.map(({ localPort }) => localPort),
      );
    }
    const left = () => {
      const open = keptOpen(field.server);
      return [...ports].filter(([, all]) => all.some((one) => open.has(one))).map(([kind]) => kind);
    };
    const deadline = Date.now() + kDroppedMs;
    while (left().length > 0 && Date.now() < deadline) await field.hold(kBetweenLooksMs / 1e3);
    assert.equal(left().join("; "), "", "connections of these kinds are still open");
  });
});
