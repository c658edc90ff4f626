// The editing traces, where they are: the folder COWRITE_TRACES, or shared/traces beside the
// project.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { kRoot } from "./server.js";

const kFolder = process.env.COWRITE_TRACES ?? path.resolve(kRoot, "../shared/traces");

export const haveTraces = existsSync(kFolder);
if (!haveTraces) console.log("skipped: no traces");

/**
 * A recorded session of a central server. `lines` are in the order in which the server sequences
 * them: client c sends `op` made on version v, and the log gets `r` (or `op`, where there is none).
 * @param {string} name as "wire/clownschool.lat3"
 */
export function readTrace(name) {
  const text = gunzipSync(readFileSync(path.join(kFolder, `${name}.jsonl.gz`))).toString("utf8");
  const [header, ...lines] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { header, lines };
}

export const sha256 = (text) => createHash("sha256").update(text, "utf8").digest("hex");

/** The hash that a trace states of all operations as logged. */
export const hashOfOperations = (ops) =>
  sha256(ops.map((op) => `${JSON.stringify(op)}\n`).join(""));
