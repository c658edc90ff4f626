// Who makes no progress: connections that neither read nor finish what they began.

import { describe } from "node:test";
import { kCollection as c } from "../support/documents.js";
import { when } from "../support/metrics.js";
import { attack } from "./support/attack.js";
import { times, unread, unreadGets } from "./support/kinds.js";
import { scaled } from "./support/limits.js";
import { makeText } from "./support/texts.js";

const kText = "long-text";
const kEach = scaled(8);
const kDroppedMs = 80_000; // Longer than any patience of the server.
const kBetweenBytesMs = 500;
const kFilesMax = 8; // Of the store, opened meanwhile.

const longText = ({ server }) => makeText(server, kText, "x", scaled(16 << 20));

/** A message that goes on for ever, a byte at a time; pings are answered. */
async function drip(field) {
  const { socket } = await field.raw();
  socket.send("x", { fin: false });
  const timer = setInterval(() => socket.send("x", { fin: false }), kBetweenBytesMs);
  socket.on("close", () => clearInterval(timer));
}

/** A message without its end; pings are answered. */
async function hang(field) {
  const { socket } = await field.raw();
  socket.send("x".repeat(1 << 20), { fin: false });
}

/** A reply over HTTP, read a little at a time. */
async function sip(field) {
  const { socket, port } = await field.tcp();
  socket.pause();
  socket.write(`GET /api/documents/${c}/${kText}/text HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const timer = setInterval(() => socket.read(1_024), kBetweenBytesMs);
  socket.on("close", () => clearInterval(timer));
}

/** A body of a request, a byte at a time. */
async function mumble(field) {
  const { socket, port } = await field.tcp();
  const head = ["POST /api/documents HTTP/1.1", `Host: 127.0.0.1:${port}`, "Content-Length: 9999"];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const timer = setInterval(() => socket.write("x"), kBetweenBytesMs);
  socket.on("close", () => clearInterval(timer));
}

describe("who makes no progress", () => {
  attack("is dropped, whatever is waited for", { prepare: longText }, async (field) => {
    const before = (await field.metrics()).process_open_fds;
    await unread(field, kEach, [{ a: "f", c, d: kText, v: null }]);
    await unreadGets(field, kEach, `/api/documents/${c}/${kText}/text`);
    await Promise.all(
      times(kEach, () => Promise.all([drip, hang, sip, mumble].map((act) => act(field)))),
    );
    await when(
      field.server,
      "all of them are dropped",
      ({ process_open_fds }) => process_open_fds <= before + kFilesMax,
      kDroppedMs,
    );
  });
});
