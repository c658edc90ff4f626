// The innocent and the watch, in a process of their own, so that the attacker's work does not delay
// them. This file is both: what the attack imports, and what the process runs.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { within } from "../../support/deadline.js";
import { Innocent } from "./innocent.js";
import { kAttackMs, kLettersOfFigure } from "./limits.js";
import { Watch } from "./watch.js";

const kHere = fileURLToPath(import.meta.url);

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class Bystanders {
  /** Resolves when the innocent writes. */
  static async start(server) {
    const child = fork(kHere, [server.webSocketUrl, String(server.process.pid)]);
    const bystanders = new Bystanders(child);
    await bystanders.#told("begun");
    return bystanders;
  }

  constructor(child) {
    this.child = child;
    running.add(child);
  }

  async #told(what) {
    const [message] = await within(once(this.child, "message"), `bystanders: ${what}`, kAttackMs);
    return message[what];
  }

  #ask(what) {
    this.child.send(what);
    return this.#told(what);
  }

  /** Resolves when the innocent has written so much that a figure can be made of it. */
  enough() {
    return this.#ask("enough");
  }

  /** Ends the innocent; resolves to how it fared. */
  innocent() {
    return this.#ask("innocent");
  }

  /** Ends the watch, and the process; resolves to what it saw. */
  async watch() {
    const seen = await this.#ask("watch");
    this.end();
    return seen;
  }

  end() {
    this.child.kill("SIGKILL");
    running.delete(this.child);
  }
}

async function run([webSocketUrl, pid]) {
  const watch = new Watch(Number(pid));
  const innocent = await Innocent.start({ webSocketUrl });
  const told = {
    enough: () => innocent.written(kLettersOfFigure),
    innocent: () => innocent.finish(),
    watch: () => watch.finish(),
  };
  process.on("message", async (what) => process.send({ [what]: (await told[what]()) ?? true }));
  process.on("disconnect", () => process.exit());
  process.send({ begun: true });
}

if (process.argv[1] === kHere) await run(process.argv.slice(2));
