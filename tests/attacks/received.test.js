// Memory of what is received: messages and requests that never end.

import { describe } from "node:test";
import { frame } from "../support/tcp.js";
import { attack } from "./support/attack.js";
import {
  each,
  resets,
  times,
  unfinishedBodies,
  unfinishedFragments,
  unfinishedFrames,
  written,
} from "./support/kinds.js";
import { scaled } from "./support/limits.js";

const kConnections = scaled(100);
const kHoldSeconds = 1;

describe("what never ends", () => {
  attack("7 MiB of a frame of 8 MiB, on each of 100 connections", {}, async (field) => {
    await unfinishedFrames(field, kConnections);
    await field.hold(kHoldSeconds);
  });

  attack("7 fragments of 1 MiB, never the last, on each of 100 connections", {}, async (field) => {
    await unfinishedFragments(field, kConnections);
    await field.hold(kHoldSeconds);
  });

  attack("100 bodies of 8 MiB, never their last byte", {}, async (field) => {
    await unfinishedBodies(field, kConnections);
    await field.hold(kHoldSeconds);
  });

  attack("fragments of a byte each, 20,000 on each of 10 connections", {}, async (field) => {
    const fragments = Array.from({ length: scaled(20_000) }, () => frame(0x00, "x"));
    const all = Buffer.concat([frame(0x01, "x"), ...fragments]);
    await each(await field.tcps(10), async (tcp) => {
      await tcp.upgrade().catch(() => {}); // It may have been dropped.
      await written(tcp.socket, all);
    });
    await field.hold(kHoldSeconds);
  });

  attack(
    "pings whose answers nobody reads, 20,000 on each of 10 connections",
    {},
    async (field) => {
      const pings = Buffer.concat(times(scaled(20_000), () => frame(0x89, "x".repeat(125))));
      await each(await field.tcps(10), async (tcp) => {
        await tcp.upgrade().catch(() => {}); // It may have been dropped.
        tcp.socket.pause();
        await written(tcp.socket, pings);
      });
      await field.hold(kHoldSeconds);
    },
  );

  attack("2,000 connections that break as soon as they are there", {}, (field) =>
    resets(field, scaled(2_000)),
  );

  attack("heads of requests that never end, on 500 connections", {}, async (field) => {
    for (const tcp of await field.tcps(scaled(500))) {
      tcp.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${tcp.port}\r\nX: ${"x".repeat(14_000)}`);
    }
    await field.hold(kHoldSeconds);
  });
});
