// An attack: a server, somebody who attacks it, and an innocent beside him who must not notice.
//
// What the attack needs is prepared by another process on the same folder, so that nothing is in
// memory when it begins, and what it costs is its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../../support/deadline.js";
import { commit, creation } from "../../support/documents.js";
import { quantile, read, sum } from "../../support/metrics.js";
import { dropRawClients, RawClient } from "../../support/raw_client.js";
import { Server } from "../../support/server.js";
import { SmallDisk } from "../../support/small_disk.js";
import { Tcp } from "../../support/tcp.js";
import { Bystanders } from "./bystanders.js";
import { describe, isRecorded, p99, record, violations } from "./figures.js";
import { kOpenedDocuments, kOpenedText, openedId } from "./innocent.js";
import { kAttackerAddress, kAttackMs, kMemoryMiB, kStopMs } from "./limits.js";

/** So much of what a server said is told where it ended by itself. */
const kLastWords = 500;

const kOptions = ["--loops", "1", "--metrics-listen", "127.0.0.1:0"];

const nothing = async () => {};

/** Where attacker and innocent meet. */
export class Field {
  #tcps = new Set();

  /** @param {SmallDisk} [disk] what the server's folder lies on, if the attack asked for one */
  constructor(server, disk) {
    this.server = server;
    this.disk = disk;
  }

  /** An attacker's connection. */
  raw(options = {}) {
    const socket = { localAddress: kAttackerAddress, ...options.socket };
    return RawClient.connect(this.server, { ...options, socket });
  }

  /** So many of them. */
  raws(count, options) {
    return Promise.all(Array.from({ length: count }, () => this.raw(options)));
  }

  /** An attacker's bare connection. */
  async tcp() {
    const tcp = await Tcp.connect(this.server, { localAddress: kAttackerAddress });
    this.#tcps.add(tcp);
    return tcp;
  }

  tcps(count) {
    return Promise.all(Array.from({ length: count }, () => this.tcp()));
  }

  /** A socket on its way, which a WebSocket can be put on. */
  dial(options = {}) {
    const { port } = this.server;
    return createConnection({
      ...options,
      // A path is a request's, and here it would be a socket's.
      ...{ host: "127.0.0.1", port, path: undefined, localAddress: kAttackerAddress },
    });
  }

  /** The attack goes on for so long. */
  hold(seconds) {
    return pause(seconds * 1e3);
  }

  /** What the server counts. */
  metrics() {
    return read(this.server);
  }

  /** What the process has given to the disk, in bytes; nothing if it has ended. */
  get writtenBytes() {
    if (!this.server.alive) return 0;
    const io = readFileSync(`/proc/${this.server.process.pid}/io`, "utf8");
    return Number(/^write_bytes: (\d+)/m.exec(io)[1]);
  }

  /** Ends innocent and server, attackers still connected; resolves to the figures. */
  async end(bystanders) {
    const { server } = this;
    const innocent = await bystanders.innocent();
    const counted = await within(this.metrics(), "the metrics", kStopMs).catch(() => ({}));
    const { writtenBytes } = this;
    const began = performance.now();
    server.process.kill("SIGTERM");
    const ended = await within(server.exited, "the server ends after SIGTERM", kStopMs);
    const sigtermMs = performance.now() - began;
    const { peak, gaveUp } = await bystanders.watch();
    return {
      peakBytes: peak,
      gaveUp,
      ended: { ...ended, ...(ended.code !== 0 && { said: server.errors.slice(-kLastWords) }) },
      sigtermMs,
      writtenBytes,
      receivedBytes: counted.cowrite_received_bytes_total ?? 0,
      sentBytes: counted.cowrite_sent_bytes_total ?? 0,
      dropped: sum(counted, "cowrite_connections_ended_total"),
      longestTurn: counted['cowrite_loop_turn_longest_cpu_seconds{loop="0"}'] ?? 0,
      syncP99Ms: quantile(counted, "cowrite_log_sync_seconds", 0.99) * 1e3,
      acks: innocent.acks.length,
      ackP99Ms: p99(innocent.acks),
      ackMaxMs: innocent.acks.length > 0 ? Math.max(...innocent.acks) : null,
      openP99Ms: p99(innocent.openings),
      innocentErrors: innocent.errors,
    };
  }

  async dispose() {
    for (const tcp of this.#tcps) tcp.drop();
    dropRawClients();
    await this.server.dispose();
  }
}

const start = ({ memoryMiB = kMemoryMiB, ...options }) =>
  Server.start({ ...options, args: [...kOptions, "--memory", `${memoryMiB}M`] });

/** Folders by what prepared them: a folder for all attacks that need the same. */
const prepared = new Map();
after(() => Promise.all([...prepared.values()].map((data) => rm(data, { recursive: true }))));

async function prepareFolder(prepare) {
  const data = await mkdtemp(path.join(tmpdir(), "cowrite-attack-"));
  const field = new Field(await start({ data }));
  try {
    const raw = await field.raw();
    for (let number = 0; number < kOpenedDocuments; ++number) {
      await commit(raw, openedId(number), 0, number + 1, creation(kOpenedText));
    }
    await prepare(field);
    assert.deepEqual(await field.server.stop(), { code: 0, signal: null });
    prepared.set(prepare, data);
  } finally {
    await field.dispose();
    if (!prepared.has(prepare)) await rm(data, { recursive: true });
  }
}

/** Puts what was prepared below this folder; resolves to where. */
async function copyPrepared(prepare, folder) {
  if (!prepared.has(prepare)) await prepareFolder(prepare);
  const data = path.join(folder, "data");
  await cp(prepared.get(prepare), data, { recursive: true });
  return data;
}

/** What runs, until it is done or the server has ended. */
function whileServed(server, what, longestMs, running) {
  const ended = server.exited.then(() => {
    throw new Error("the server ended during the attack");
  });
  return within(Promise.race([running, ended]), what, longestMs);
}

async function fight(server, disk, longestMs, name, run) {
  const field = new Field(server, disk);
  let bystanders;
  try {
    bystanders = await Bystanders.start(server);
    const wrong = [];
    const running = whileServed(server, name, longestMs, run(field));
    await running.catch((error) => wrong.push(error.message));
    if (isRecorded() && wrong.length === 0) await bystanders.enough();
    return { wrong, figures: await field.end(bystanders) };
  } finally {
    bystanders?.end();
    await field.dispose();
  }
}

/**
 * Declares an attack as a test. Whatever it does, the memory and the turns of the loop stay within
 * their bounds, the innocent meets no error and loses nothing, and SIGTERM ends the server with 0.
 * @param {string} name what the attacker does, and what holds
 * @param {{under?: string[], prepare?: (field: Field) => Promise<any>, memoryMiB?: number,
 *     diskMiB?: number, longestMs?: number, skip?: string | false}} options under: as for
 *     Server.start(); prepare: what writes the documents that the attack needs; memoryMiB: the
 *     server's budget; diskMiB: a small disk; longestMs: what the attack may take; skip: why, if it
 *     is
 * @param {(field: Field) => Promise<void>} run
 */
export function attack(
  name,
  { prepare = nothing, memoryMiB = kMemoryMiB, diskMiB, longestMs = kAttackMs, skip, ...options },
  run,
) {
  it(name, { skip }, async (t) => {
    const disk = diskMiB ? await SmallDisk.mount(diskMiB) : null;
    if (diskMiB && !disk) return t.skip("no mount");
    const folder = disk?.folder ?? (await mkdtemp(path.join(tmpdir(), "cowrite-attack-")));
    try {
      const data = await copyPrepared(prepare, folder);
      const server = await start({ data, memoryMiB, ...options });
      const { wrong, figures } = await fight(server, disk, longestMs, name, run);
      t.diagnostic(describe(figures));
      record(name, figures);
      assert.deepEqual([...wrong, ...violations(figures, memoryMiB)], []);
    } finally {
      await (disk ? disk.unmount() : rm(folder, { recursive: true, force: true }));
    }
  });
}
