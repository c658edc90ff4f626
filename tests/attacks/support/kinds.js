// What attackers do, each with a size of its own: the attacks use it alone, the storm mixes it.

import { kCollection as c, opMessage } from "../../support/documents.js";
import { frame } from "../../support/tcp.js";

const kMiB = 1 << 20;
const kMessageBytesMax = 8 * kMiB;

// How many connections are served at a time, so that the attacker needs little memory himself.
const kAtOnce = 8;

/** Does it with each value, a few at a time. */
export async function each(values, act) {
  const waiting = [...values];
  const work = async () => {
    while (waiting.length > 0) await act(waiting.shift());
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
}

/** The numbers from 0 to below it. */
export const upTo = (count) => [...Array(count).keys()];

export const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** Resolves when the socket has taken the bytes, or is closed. */
export const written = (socket, bytes) => new Promise((resolve) => socket.write(bytes, resolve));

/** So many connections, none of which reads what it is sent. */
export async function deafs(field, count) {
  const clients = await field.raws(count);
  for (const { socket } of clients) socket.pause();
  return clients;
}

/** Asks, and reads nothing. */
export async function unread(field, connections, requests) {
  for (const client of await deafs(field, connections)) {
    for (const request of requests) client.send(request);
  }
}

const kUnfinishedBytes = 7 * kMiB;

const kSendingSeconds = 5;

/** The most of a frame, and never the rest. */
export async function unfinishedFrames(field, connections) {
  const whole = frame(0x81, Buffer.alloc(kMessageBytesMax - 1, "x"));
  const part = whole.subarray(0, kUnfinishedBytes);
  const sending = each(await field.tcps(connections), async (tcp) => {
    await tcp.upgrade().catch(() => {}); // It may have been dropped.
    await written(tcp.socket, part);
  });
  await forAWhile(field, sending);
}

/** What the server takes of it in a while; what it does not read stays with its senders. */
const forAWhile = (field, sending) => Promise.race([sending, field.hold(kSendingSeconds)]);

/** Fragments of a message, and never the last. */
export async function unfinishedFragments(field, connections) {
  const fragments = times(kUnfinishedBytes / kMiB, (index) =>
    frame(index === 0 ? 0x01 : 0x00, Buffer.alloc(kMiB, "x")),
  );
  const sending = each(await field.tcps(connections), async (tcp) => {
    await tcp.upgrade().catch(() => {}); // It may have been dropped.
    for (const fragment of fragments) await written(tcp.socket, fragment);
  });
  await forAWhile(field, sending);
}

const kBodyPaths = ["/", "/nothing", "/api/documents", "/healthz", "/ws"];

/** Bodies of requests, without their ends, also where none is wanted. */
export async function unfinishedBodies(field, connections) {
  const part = Buffer.alloc(kMessageBytesMax - 1, "x");
  const tcps = await field.tcps(connections);
  const sending = each(tcps.entries(), async ([index, { socket, port }]) => {
    const head = [
      `${index % 2 ? "POST" : "GET"} ${kBodyPaths[index % kBodyPaths.length]} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Content-Length: ${kMessageBytesMax}`,
    ];
    await written(socket, `${head.join("\r\n")}\r\n\r\n`);
    await written(socket, part);
  });
  await forAWhile(field, sending);
}

/** GETs whose answers nobody reads. */
export async function unreadGets(field, connections, target) {
  for (const { socket, port } of await field.tcps(connections)) {
    socket.pause();
    socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  }
}

/** Connections that come and break at once. */
export async function resets(field, count) {
  await each(upTo(count), async (index) => {
    const tcp = await field.tcp();
    if (index % 2) tcp.write("GET /ws HTTP/1.1\r\nHost:");
    tcp.socket.resetAndDestroy();
  });
}

/**
 * Old versions are asked for; `answered` counts what comes, and `first` resolves with the first of
 * it.
 */
export async function oldVersions(field, { connections, asked, d, versions }) {
  const counts = { answered: 0 };
  let begin;
  counts.first = new Promise((resolve) => (begin = resolve));
  for (const attacker of await field.raws(connections)) {
    attacker.socket.removeAllListeners("message");
    attacker.socket.on("message", () => {
      ++counts.answered;
      begin();
    });
    for (let id = 0; id < asked; ++id) {
      attacker.send({ a: "nf", id, c, d, v: versions[id % versions.length] });
    }
  }
  return counts;
}

/** Follows as much as connections may. */
export async function subscriptions(field, { connections, documents, channels }) {
  const attackers = await field.raws(connections);
  await each(attackers.entries(), async ([index, attacker]) => {
    const b = times(documents, (number) => `followed-${index}-${number}`);
    attacker.send({ a: "bs", c, b });
    for (let seq = 1; seq <= channels; ++seq) {
      attacker.send({ a: "ps", ch: `channel-${index}-${seq}`, seq });
    }
    for (let answers = 0; answers <= channels; ++answers) await attacker.next();
  }).catch(() => {}); // Those that were dropped got what they asked for.
}

/** Opens so many documents that never were. */
export async function emptyDocuments(field, { connections, documents }) {
  const attackers = await field.raws(connections);
  await each(attackers.entries(), async ([index, attacker]) => {
    for (const number of upTo(documents)) {
      attacker.send({ a: "f", c, d: `empty-${index}-${number}`, v: null });
    }
    for (const _ of upTo(documents)) await attacker.next();
  }).catch(() => {}); // Those that were dropped got what they asked for.
}

/** Operations made at this version, one after the other without a look at the answers. */
export async function lateOperations(field, { connections, operations, d, v }) {
  const attackers = await field.raws(connections);
  for (const attacker of attackers) {
    attacker.socket.pause();
    for (let seq = 1; seq <= operations; ++seq) attacker.send(opMessage(d, v, seq, { op: ["z"] }));
  }
  return attackers;
}

const kPresenceNumbers = 8_000; // About as many as 16 KB hold.

/** A presence that is as large as one may be. */
export const largePresence = (ch, pv, more = {}) => ({
  ...{ a: "p", ch, id: "large", pv },
  p: { index: 0, x: Array(kPresenceNumbers).fill(0) },
  ...more,
});

const kPresencesPerConnection = 64; // As many as a connection may announce.

/** As many large presences as may be, each of which the server keeps to take it back. */
export async function keptPresences(field, { connections, ch }) {
  await each(await field.raws(connections), async (attacker) => {
    for (const number of upTo(kPresencesPerConnection)) {
      attacker.send({ ...largePresence(ch, 1), id: `large-${number}` });
    }
    for (const _ of upTo(kPresencesPerConnection)) await attacker.next();
  }).catch(() => {}); // Those that were dropped got what they asked for.
}

/** Presences as fast as they go, large ones unless `p` is given; resolves when all are answered. */
export async function presences(field, { ch, count, p }) {
  const sender = await field.raw();
  const more = p === undefined ? {} : { p };
  for (let pv = 1; pv <= count; ++pv) sender.send(largePresence(ch, pv, more));
  for (let pv = 1; pv <= count; ++pv) await sender.next();
}

/** JSON in its longest message, of a shape that makes most of it, as a request of this kind. */
export const kJsonShapes = {
  zeros: (bytes) =>
    `[${Array(bytes >> 1)
      .fill(0)
      .join(",")}]`,
  lists: (bytes) =>
    `[${Array(Math.floor(bytes / 3))
      .fill("[]")
      .join(",")}]`,
  objects: (bytes) =>
    `[${Array(Math.floor(bytes / 3))
      .fill("{}")
      .join(",")}]`,
  names: (bytes) =>
    `{${times(Math.floor(bytes / 11), (index) => `"${String(index).padStart(6, "0")}":1`).join(",")}}`,
  strings: (bytes) =>
    `[${Array(Math.floor(bytes / 3))
      .fill('""')
      .join(",")}]`,
  escapes: (bytes) => `"${"\\u0001".repeat(Math.floor(bytes / 6) - 1)}"`,
};
const kJsonRequests = {
  junk: (json) => `{"a":"f","c":"docs","d":"junk","v":null,"junk":${json}}`,
  unknown: (json) => `{"a":"no-such-thing","junk":${json}}`,
  operation: (json) => `{"a":"op","c":"docs","d":"junk","v":0,"seq":1,"x":{},"op":${json}}`,
  extra: (json) => `{"a":"op","c":"docs","d":"junk","v":0,"seq":1,"x":${json},"op":["a"]}`,
  presence: (json) => `{"a":"p","ch":"junk","id":"junk","pv":1,"p":${json}}`,
  bulk: (json) => `{"a":"bs","c":"docs","b":${json}}`,
  query: (json) => `{"a":"qf","id":1,"c":"docs","q":${json}}`,
  greeting: (json) => `{"a":"hs","protocol":1,"protocolMinor":2,"id":${json}}`,
};
export const kJsonRequestKinds = Object.keys(kJsonRequests);

export const longMessage = (kind, shape, bytes = kMessageBytesMax) =>
  kJsonRequests[kind](kJsonShapes[shape](bytes - 128));
