// Makes the golden vectors of tests/ot/data: what npm ot-text-unicode says to random and to chosen operations.
//
//     npm ci && npm run make
//
// operations.jsonl, one case per line:
//
//     doc          a text
//     a, b         operations on it, often not in normal form
//     c            an operation on apply(doc, a)
//     al, ar       transform(a, b, 'left'), transform(a, b, 'right');  bl, br: likewise b over a
//     ac           compose(a, c)
//     n            normalize(a)
//     da           apply(doc, a)
//     dab          apply(da, br), where both are in normal form
//     p, pa        a position and transformPosition(p, a)
//     inv          invertWithDoc(a, doc)
//     iop          invert(a), where every delete carries its text; null where the reference refuses
//
// validity.jsonl: {"op": components, "valid": whether checkOp accepts them}.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type } from "ot-text-unicode";

const CASES = 1000;
const ALPHABET = [
  "a",
  "b",
  " ",
  "\n",
  "é",
  "e\u0301",
  "中",
  "\uFE0F",
  "\u200D",
  "😀",
  "👩",
  "𝒳",
  "\u0000",
  '"',
];

// mulberry32: the same vectors on every machine.
function makeRandom(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  };
}

const random = makeRandom(1);
const clone = (value) => JSON.parse(JSON.stringify(value));
const codePoints = (text) => [...text];

function randomText(lengthMax) {
  let text = "";
  for (let n = random(lengthMax + 1); n > 0; n--) text += ALPHABET[random(ALPHABET.length)];
  return text;
}

// A valid operation that, unless `normal`, may have neighbours of a kind.
function randomOperation(doc, { normal }) {
  const old = codePoints(doc);
  const operation = [];
  const texts = random(4); // Deletes carry: 0 nothing, 1 their text, 2 it or nothing, 3 a wrong one.
  let at = 0;
  for (let steps = 1 + random(6); steps > 0; steps--) {
    const rest = old.length - at;
    const choice = random(4);
    if (choice === 0 && rest > 0 && typeof operation.at(-1) !== "number") {
      const n = 1 + random(Math.min(rest, 5));
      operation.push(n);
      at += n;
    } else if (choice === 1 && rest > 0) {
      const n = 1 + random(Math.min(rest, 4));
      const withText = texts === 1 || texts === 3 || (texts === 2 && random(2) === 0);
      operation.push({
        d: !withText ? n : texts === 3 ? "😀".repeat(n) : old.slice(at, at + n).join(""),
      });
      at += n;
    } else if (choice >= 2) {
      operation.push(randomText(3) || "x");
    }
  }
  while (typeof operation.at(-1) === "number") operation.pop();
  return normal ? type.normalize(clone(operation)) : operation;
}

// The reference changes its arguments in places, so each call gets copies.
function call(name, ...parameters) {
  return clone(type[name](...parameters.map(clone)));
}

function describe(doc, a, b, normal) {
  const da = call("apply", doc, a);
  const c = randomOperation(da, { normal });
  const p = random(codePoints(doc).length + 1);
  const vector = {
    doc,
    a,
    b,
    c,
    al: call("transform", a, b, "left"),
    ar: call("transform", a, b, "right"),
    bl: call("transform", b, a, "left"),
    br: call("transform", b, a, "right"),
    ac: call("compose", a, c),
    n: call("normalize", a),
    da,
    p,
    pa: call("transformPosition", p, a),
    inv: call("invertWithDoc", a, doc),
    iop: type.isInvertible(a) ? call("invert", a) : null,
  };
  if (normal) vector.dab = call("apply", da, vector.br);
  return vector;
}

function chosenPairs() {
  const doc = "ab😀cd";
  const operations = [
    [],
    ["x"],
    ["x", "y"],
    [1, "x"],
    [1, "x", "y", "z"],
    [1, { d: 2 }],
    [{ d: 1 }, "x"],
    ["x", { d: 1 }],
    [{ d: 1 }, { d: "b" }],
    [{ d: "a" }, { d: "b" }],
    [2, { d: "😀" }, "👩\u200D👩"],
    [{ d: 5 }],
    [5, "x"],
    [1, "x", { d: 1 }, "y", { d: 1 }],
    [{ d: 2 }, "x", "y", { d: 3 }],
    ["x", { d: 1 }, "y", 1, "z"],
  ];
  return operations.flatMap((a) => operations.map((b) => [doc, a, b]));
}

function makeOperations() {
  const vectors = chosenPairs().map(([doc, a, b]) => describe(doc, a, b, false));
  for (let n = 0; n < CASES; n++) {
    const normal = n % 2 === 0;
    const doc = randomText(10);
    vectors.push(
      describe(doc, randomOperation(doc, { normal }), randomOperation(doc, { normal }), normal),
    );
  }
  return vectors;
}

function makeValidity() {
  const parts = [0, 1, 2, "", "x", "😀", { d: 0 }, { d: 1 }, { d: "" }, { d: "x" }];
  const operations = [[]];
  for (const first of parts) {
    operations.push([first]);
    for (const second of parts) {
      operations.push([first, second], [first, second, "x"]);
    }
  }
  const isValid = (op) => {
    try {
      type.checkOp(op);
      return true;
    } catch {
      return false;
    }
  };
  return operations.map((op) => ({ op, valid: isValid(op) }));
}

function write(path, values) {
  writeFileSync(path, values.map((value) => JSON.stringify(value) + "\n").join(""));
}

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node make_vectors.js FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
write(join(folder, "operations.jsonl"), makeOperations());
write(join(folder, "validity.jsonl"), makeValidity());
