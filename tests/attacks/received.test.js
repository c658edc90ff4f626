// Memory of what is received: messages and requests that never end.

import { describe } from "node:test";
import { frame } from "../support/tcp.js";
import { attack } from "./support/attack.js";
import { scaled } from "./support/limits.js";

const kMiB = 1 << 20;
const kMessageBytesMax = 8 * kMiB;
const kSentBytes = 7 * kMiB;
const kConnections = scaled(100);
const kHoldSeconds = 2;

/** Resolves when the socket has taken it, or is closed. */
const written = (socket, bytes) => new Promise((resolve) => socket.write(bytes, resolve));

/** Sends to each connection, a few at a time, so that the attacker needs little memory itself. */
async function each(connections, send) {
  const waiting = [...connections];
  const work = async () => {
    while (waiting.length > 0) await send(waiting.pop());
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

describe("messages that never end", () => {
  attack("7 MiB of a frame of 8 MiB, on each of 100 connections", {}, async (field) => {
    const part = frame(0x81, Buffer.alloc(kMessageBytesMax - 1, "x")).subarray(0, kSentBytes);
    const tcps = await field.tcps(kConnections);
    await each(tcps, async (tcp) => {
      await tcp.upgrade();
      await written(tcp.socket, part);
    });
    await field.hold(kHoldSeconds);
  });

  attack(
    "7 fragments of 1 MiB, and never the last, on each of 100 connections",
    {},
    async (field) => {
      const fragments = [0x01, ...Array(6).fill(0x00)].map((first) =>
        frame(first, Buffer.alloc(kMiB, "x")),
      );
      const tcps = await field.tcps(kConnections);
      await each(tcps, async (tcp) => {
        await tcp.upgrade();
        for (const fragment of fragments) await written(tcp.socket, fragment);
      });
      await field.hold(kHoldSeconds);
    },
  );

  attack("bodies of 8 MiB without their ends, to paths that want none", {}, async (field) => {
    const paths = ["/", "/nothing", "/api/documents", "/healthz", "/ws"];
    const part = Buffer.alloc(kMessageBytesMax - 1, "x");
    const tcps = await field.tcps(kConnections);
    await each(tcps.entries(), async ([index, { socket, port }]) => {
      const method = index % 2 ? "POST" : "GET";
      const head = [
        `${method} ${paths[index % paths.length]} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        `Content-Length: ${kMessageBytesMax}`,
      ];
      await written(socket, `${head.join("\r\n")}\r\n\r\n`);
      await written(socket, part);
    });
    await field.hold(kHoldSeconds);
  });
});
