// Cases for the algebra, answered by npm ot-text-unicode:
//
//     seed         of a random case
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

import { type } from "ot-text-unicode";

import { Random } from "../support/random.js";

// Few and short, so that concurrent operations meet: one to four bytes in UTF-8, combining and
// joining characters, and what JSON escapes.
const kAlphabet = [...'ab \n\0"\\é中', "\u0301", "\ufe0f", "\u200d", "\u2028", "😀", "👩", "𝒳"];

const kLongerEvery = 16; // Of so many cases, one is long.

function randomText(random, longest) {
  let text = "";
  for (let n = random.below(longest + 1); n > 0; --n) text += random.pick(kAlphabet);
  return text;
}

/** What the deletes of one operation carry: no text, their text, some of them it, or a wrong one. */
function randomDeletion(random, style, points) {
  if (style === "none" || (style === "some" && random.below(2))) return { d: points.length };
  return { d: style === "wrong" ? "😀".repeat(points.length) : points.join("") };
}

/** A valid operation for the text, often with neighbouring inserts and deletes. */
function randomOperation(random, text, steps) {
  const points = [...text];
  const style = random.pick(["none", "own", "some", "wrong"]);
  const op = [];
  let at = 0;
  for (let step = 1 + random.below(steps); step > 0; --step) {
    const count = Math.min(1 + random.below(5), points.length - at);
    const choice = random.below(4);
    if (choice >= 2) {
      op.push(randomText(random, 3) || "x");
    } else if (count > 0 && choice === 1) {
      op.push(randomDeletion(random, style, points.slice(at, at + count)));
      at += count;
    } else if (count > 0 && typeof op.at(-1) !== "number") {
      op.push(count);
      at += count;
    }
  }
  if (typeof op.at(-1) === "number") op.pop();
  return op;
}

const copy = (op) => op.map((part) => (typeof part === "object" ? { d: part.d } : part));

// The reference writes into the operations that it is given, so each call gets its own.
const transform = (op, other, side) => type.transform(copy(op), copy(other), side);
const compose = (first, second) => type.compose(copy(first), copy(second));
const normalize = (op) => type.normalize(copy(op));

function answer({ doc, a, b, c, p }) {
  return {
    doc,
    a,
    b,
    c,
    p,
    al: transform(a, b, "left"),
    ar: transform(a, b, "right"),
    bl: transform(b, a, "left"),
    br: transform(b, a, "right"),
    ac: compose(a, c),
    n: normalize(a),
    da: type.apply(doc, a),
    pa: type.transformPosition(p, a),
    inv: type.invertWithDoc(copy(a), doc),
    iop: type.isInvertible(a) ? type.invert(copy(a)) : null,
  };
}

const randomPosition = (random, doc) => random.below([...doc].length + 1);

/** @param {number} seed which case */
export function makeCase(seed) {
  const random = new Random(seed);
  const isLong = random.below(kLongerEvery) === 0;
  const isNormal = random.below(2) === 0;
  const steps = isLong ? 24 : 6;
  const doc = randomText(random, isLong ? 60 : 10);
  const operationOn = (text) => {
    const op = randomOperation(random, text, steps);
    return isNormal ? normalize(op) : op;
  };
  const a = operationOn(doc);
  const b = operationOn(doc);
  const c = operationOn(type.apply(doc, a));
  const answered = { seed, ...answer({ doc, a, b, c, p: randomPosition(random, doc) }) };
  if (isNormal) answered.dab = type.apply(answered.da, answered.br);
  return answered;
}

/** All pairs of some operations: ties, unmerged neighbours, deletes with and without texts. */
export function makeChosenCases() {
  const random = new Random(1);
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
  const pairs = operations.flatMap((a) => operations.map((b) => [a, b]));
  return pairs.map(([a, b]) => {
    const c = randomOperation(random, type.apply(doc, a), 6);
    return answer({ doc, a, b, c, p: randomPosition(random, doc) });
  });
}

/** Lists of components, and whether checkOp accepts them. */
export function makeValidityCases() {
  const parts = [0, 1, 2, "", "x", "😀", { d: 0 }, { d: 1 }, { d: "" }, { d: "x" }];
  const lists = [[]];
  for (const first of parts) {
    lists.push([first]);
    for (const second of parts) lists.push([first, second], [first, second, "x"]);
  }
  const isValid = (op) => {
    try {
      type.checkOp(op);
      return true;
    } catch {
      return false;
    }
  };
  return lists.map((op) => ({ op, valid: isValid(op) }));
}
