// Writes random cases and what npm ot-text-unicode answers, one JSON object a line, for
// ot_differential to compare:
//
//     node tests/differential/generate.js --cases 1000000 --seed 1 | build/release/bin/ot_differential
//
// Case n has the seed S + n, so that one case alone is --cases 1 with its seed.

import { once } from "node:events";
import { parseArgs } from "node:util";

import { makeCase } from "./cases.js";

const kCasesPerWrite = 256;

const { values } = parseArgs({
  options: { cases: { type: "string", default: "200000" }, seed: { type: "string", default: "1" } },
});
const first = Number(values.seed);
const end = first + Number(values.cases);
if (!Number.isSafeInteger(first) || !(end > first) || end > 2 ** 32) {
  console.error("generate.js: --cases and --seed must be whole numbers with a sum of at most 2^32");
  process.exit(2);
}

for (let seed = first; seed < end;) {
  let lines = "";
  for (const last = Math.min(seed + kCasesPerWrite, end); seed < last; ++seed) {
    lines += JSON.stringify(makeCase(seed)) + "\n";
  }
  if (!process.stdout.write(lines)) await once(process.stdout, "drain");
}
