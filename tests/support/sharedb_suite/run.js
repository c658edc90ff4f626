// Runs ShareDB's own client tests against a server, in a process of their own.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const { resolve } = createRequire(import.meta.url);
const kHere = path.dirname(fileURLToPath(import.meta.url));
const kClientTests = [
  "connection",
  "doc",
  "pending",
  "snapshot-version-request",
  "snapshot-timestamp-request",
  "presence/presence",
  "presence/doc-presence",
  "presence/doc-presence-emitter",
];

// For one test. ShareDB's are given 2 s in one process; a machine under load is slower.
const kTimeoutMs = 10_000;

/**
 * The titles of the tests that passed, and of those that failed with why. A failed hook counts as a
 * test, and those that it is for do not run.
 * @param {{webSocketUrl: string}} server
 * @returns {Promise<{passed: string[], failed: Map<string, string>}>}
 */
export async function runShareDbTests(server) {
  const folder = await mkdtemp(path.join(tmpdir(), "cowrite-sharedb-"));
  const report = path.join(folder, "report.json");
  const args = [
    resolve("mocha/bin/mocha.js"),
    "--exit",
    ...["--timeout", kTimeoutMs],
    ...["--reporter", "json", "--reporter-option", `output=${report}`],
    ...["--require", path.join(kHere, "setup.js")],
    ...kClientTests.map((name) => resolve(`sharedb/test/client/${name}.js`)),
    path.join(kHere, "database_tests.js"),
  ];
  const env = { ...process.env, SHAREDB_SUITE_URL: server.webSocketUrl };
  const run = promisify(execFile)(process.execPath, args, { env, maxBuffer: 64 << 20 });
  await run.catch(() => {}); // Its status is the number of failures.
  const { passes, failures } = JSON.parse(await readFile(report, "utf8"));
  await rm(folder, { recursive: true });
  return {
    passed: passes.map(({ fullTitle }) => fullTitle),
    failed: new Map(failures.map(({ fullTitle, err }) => [fullTitle, err.message])),
  };
}
