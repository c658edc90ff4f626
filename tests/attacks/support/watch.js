// Watches over the memory of a process, and ends the process before it takes all of the machine's.

import { readFileSync } from "node:fs";
import { kGiveUpBytes } from "./limits.js";

const kBetweenLooksMs = 20;

export class Watch {
  constructor(pid) {
    this.pid = pid;
    this.peak = 0;
    this.gaveUp = false;
    this.timer = setInterval(() => this.#look(), kBetweenLooksMs);
    this.#look();
  }

  #look() {
    let status;
    try {
      status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    } catch {
      return; // It has ended.
    }
    const bytes = (field) =>
      Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
    this.peak = Math.max(this.peak, bytes("VmHWM"));
    if (bytes("VmRSS") < kGiveUpBytes || this.gaveUp) return;
    this.gaveUp = true;
    process.kill(this.pid, "SIGKILL");
  }

  finish() {
    clearInterval(this.timer);
    const { peak, gaveUp } = this;
    return { peak, gaveUp };
  }
}
