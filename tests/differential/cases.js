// Random cases for the algebra, answered by npm ot-text-unicode. A case has the fields of the
// golden vectors, which tools/vectors/make_vectors.js describes, and its seed.

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
  const da = type.apply(doc, a);
  const c = operationOn(da);
  const p = random.below([...doc].length + 1);
  const answered = {
    seed,
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
    da,
    pa: type.transformPosition(p, a),
    inv: type.invertWithDoc(copy(a), doc),
    iop: type.isInvertible(a) ? type.invert(copy(a)) : null,
  };
  if (isNormal) answered.dab = type.apply(da, answered.br);
  return answered;
}
