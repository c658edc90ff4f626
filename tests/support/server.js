// The real cowrite-server as a child process, on a free port and a data folder of its own.
//
// COWRITE_BIN names the folder of the executables (default: build/release/bin). With
// COWRITE_REFERENCE=1 the process is ShareDB's own server instead (reference_server.js): the same
// tests then show that they ask nothing that ShareDB does not do.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { within } from "./deadline.js";

const kHere = path.dirname(fileURLToPath(import.meta.url));
export const kRoot = path.resolve(kHere, "../..");
export const kBin = process.env.COWRITE_BIN ?? path.join(kRoot, "build/release/bin");
export const kServerPath = path.join(kBin, "cowrite-server");

/** Whether the tests run against ShareDB's own server. */
export const kReference = process.env.COWRITE_REFERENCE === "1";

/**
 * A port that is free now and that the system gives to no outgoing connection, so that a server
 * that restarts on it finds it free.
 */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const outcome = await Promise.race([
      once(probe, "listening").then(() => port),
      once(probe, "error").then(() => null),
    ]).catch(() => null);
    if (outcome === null) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/** An option for tests of what ShareDB's own server does differently or not at all. */
export const onlyCowrite = (why) => ({ skip: kReference && `ShareDB's own server: ${why}` });

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class Server {
  /**
   * Starts a server and waits until it listens.
   * @param {{data?: string, port?: number, args?: string[], env?: Record<string, string>,
   *     stderr?: "pipe" | number, under?: string[]}} [options] data: a folder that is kept; default:
   *     a new one, removed by dispose(). stderr: "pipe", which is read, or an open file. under: a
   *     command, such as prlimit, that becomes the server.
   */
  static async start({ data, port = 0, args = [], env = {}, stderr = "pipe", under = [] } = {}) {
    const folder = data ?? (await mkdtemp(path.join(tmpdir(), "cowrite-test-")));
    const server = new Server(folder, data === undefined);
    const own = ["--data", folder, "--listen", `127.0.0.1:${port}`, ...args];
    server.#spawn(own, env, stderr, under);
    try {
      server.url = await within(server.#listening(), "the server listens");
    } catch (error) {
      await server.dispose();
      throw new Error(`${error.message}\n${server.output}`);
    }
    server.port = Number(new URL(server.url).port);
    server.webSocketUrl = `${server.url.replace("http", "ws")}/ws`;
    return server;
  }

  constructor(data, temporary) {
    this.data = data;
    this.temporary = temporary;
    this.output = ""; // Of stdout and stderr.
    this.errors = ""; // Of stderr.
  }

  #spawn(args, env, stderr, under) {
    const program = kReference
      ? [process.execPath, path.join(kHere, "reference_server.js")]
      : [kServerPath];
    const [command, ...words] = [...under, ...program, ...args];
    this.process = spawn(command, words, {
      stdio: ["ignore", "pipe", stderr],
      env: { ...process.env, ...env },
    });
    running.add(this.process);
    this.process.stdout.on("data", (bytes) => (this.output += bytes));
    this.process.stderr?.on("data", (bytes) => {
      this.output += bytes;
      this.errors += bytes;
    });
    /** @type {Promise<{code: number | null, signal: string | null}>} */
    this.exited = new Promise((resolve) => {
      this.process.on("error", (error) => {
        this.output += `${error.message}\n`;
        resolve({ code: null, signal: null });
      });
      this.process.on("exit", (code, signal) => {
        running.delete(this.process);
        resolve({ code, signal });
      });
    });
  }

  #listening() {
    return new Promise((resolve, reject) => {
      const look = () => {
        const line = /listening on (http:\/\/\S+)/.exec(this.output);
        if (line) resolve(line[1].replace(/\/$/, ""));
      };
      this.process.stdout.on("data", look);
      this.process.stderr?.on("data", look);
      this.exited.then((how) => reject(new Error(`the server ended: ${JSON.stringify(how)}`)));
    });
  }

  /** SIGTERM; resolves to how the process ended. */
  stop() {
    this.process.kill("SIGTERM");
    return within(this.exited, "the server ends after SIGTERM");
  }

  /** SIGKILL; resolves when the process is gone. */
  kill() {
    this.process.kill("SIGKILL");
    return within(this.exited, "the server is gone after SIGKILL");
  }

  /**
   * A new process on the same data and the same port, which from then on owns the folder. REQUIRES:
   * this one has ended.
   * @param {object} [options] more of them, as for start()
   */
  async restart(options = {}) {
    const { data, port, temporary } = this;
    const next = await Server.start({ data, port, ...options });
    next.temporary = temporary;
    this.temporary = false;
    return next;
  }

  get alive() {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Resolves when the server has written it, or already had. */
  async written(sentence) {
    const streams = [this.process.stdout, this.process.stderr];
    let look;
    const shown = new Promise((resolve) => {
      look = () => this.output.includes(sentence) && resolve();
    });
    for (const stream of streams) stream.on("data", look);
    look();
    try {
      await within(shown, `"${sentence}" is written`);
    } finally {
      for (const stream of streams) stream.off("data", look);
    }
  }

  /** The lines of a log in JSON, each of which must be whole. */
  get lines() {
    return this.errors
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  /** Memory that the process holds now, in bytes. */
  get residentBytes() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024;
  }

  async dispose() {
    if (this.alive) await this.kill();
    if (this.temporary) await rm(this.data, { recursive: true, force: true });
  }
}

/**
 * What the CLI prints.
 * @param {string[]} args
 */
export async function cowrite(...args) {
  const result = await promisify(execFile)(path.join(kBin, "cowrite"), args, {
    maxBuffer: 64 << 20,
  });
  return result.stdout;
}
