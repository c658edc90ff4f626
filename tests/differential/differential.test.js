// This library and npm ot-text-unicode, which we did not write, must answer random cases alike.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

import { kSeed } from "../support/random.js";
import { makeCase } from "./cases.js";
import { goldenFiles } from "./golden.js";

const kCases = 200_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = process.env.COWRITE_BIN ?? join(root, "build/release/bin");

/** What ot_differential says about the lines of a stream. */
async function compare(lines) {
  const child = spawn(join(bin, "ot_differential"), { stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "close");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  // It stops reading when it has seen enough; what it says then is what counts.
  await pipeline(lines, child.stdin).catch((error) => assert.equal(error.code, "EPIPE"));
  const [code] = await ended;
  return { code, output };
}

const compareCase = (answered) => compare(Readable.from([JSON.stringify(answered) + "\n"]));

test(`${kCases} random cases are answered as ot-text-unicode does`, async () => {
  const script = fileURLToPath(new URL("generate.js", import.meta.url));
  const flags = ["--cases", String(kCases), "--seed", String(kSeed)];
  const generator = spawn(process.execPath, [script, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { code, output } = await compare(generator.stdout);
  assert.equal(code, 0, output);
  assert.equal(output, `${kCases} cases, 0 different\n`);
});

test("the golden vectors are what ot-text-unicode answers today", () => {
  for (const [path, content] of goldenFiles()) {
    assert.ok(readFileSync(path, "utf8") === content, `${path} differs`);
  }
});

test("an answer that differs is found, and printed with its seed and its case", async () => {
  for (const field of ["al", "ar", "bl", "br", "ac", "n", "da", "pa", "inv"]) {
    const answered = { ...makeCase(7), [field]: ["something else"] };
    const { code, output } = await compareCase(answered);
    assert.equal(code, 1, field);
    assert.ok(output.startsWith(`seed 7 differs:\n  ${field} is `), output);
    assert.ok(output.includes(', should be ["something else"]\n'), output);
    assert.ok(output.includes(JSON.stringify(answered)), output);
  }
});

test("an operation that is refused though the reference takes it is a difference", async () => {
  const { code, output } = await compareCase({ ...makeCase(7), a: [1, 2, "x"] });
  assert.equal(code, 1);
  assert.match(output, /^seed 7 differs:\n {2}refused: /);
});

test("no cases at all are no agreement", async () => {
  assert.equal((await compare(Readable.from([]))).code, 2);
  assert.equal((await compare(Readable.from(["no JSON\n"]))).code, 2);
});
