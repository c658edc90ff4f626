// The golden vectors of tests/ot/data: chosen and random cases that npm ot-text-unicode has answered,
// so that the tests of ot/ need neither Node.js nor npm. Writes them anew:
//
//     node tests/differential/golden.js

import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

import { makeCase, makeChosenCases, makeValidityCases } from "./cases.js";

const kRandomCases = 1_000;

const lines = (values) => values.map((value) => JSON.stringify(value) + "\n").join("");

/** The path of each file and what it holds. */
export function goldenFiles() {
  const random = Array.from({ length: kRandomCases }, (_, index) => makeCase(1 + index));
  const path = (name) => fileURLToPath(new URL(`../ot/data/${name}`, import.meta.url));
  return [
    [path("operations.jsonl"), lines([...makeChosenCases(), ...random])],
    [path("validity.jsonl"), lines(makeValidityCases())],
  ];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of goldenFiles()) writeFileSync(path, content);
}
