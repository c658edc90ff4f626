// Converts between CodeMirror's positions, which count UTF-16 units, and the protocol's, which count
// Unicode code points.
//
// The two differ by the number of surrogate pairs before a position, so the pairs are counted. Every
// function of a Text takes O(log n) and one leaf of its tree.
import type { Text } from "@codemirror/state";
import { treeSum } from "./tree-sum";

export const isHighSurrogate = (unit: number) => (unit & 0xfc00) === 0xd800;
export const isLowSurrogate = (unit: number) => (unit & 0xfc00) === 0xdc00;
export const isSurrogate = (unit: number) => (unit & 0xf800) === 0xd800;

function pairsIn(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) if (isHighSurrogate(text.charCodeAt(i))) pairs++;
  return pairs;
}

const pairs = treeSum(pairsIn, 0);

export const codePointsInString = (text: string) => text.length - pairsIn(text);
export const codePoints = (text: Text) => text.length - pairs(text);

// The leaf that has a position, the rest of the position in it, and what stands before the leaf.
// `lengthOf` measures in the position's unit.
function leafAt(text: Text, position: number, lengthOf: (node: Text) => number) {
  let leaf = text;
  let rest = position;
  let unitsBefore = 0;
  let pairsBefore = 0;
  while (leaf.children) {
    for (const child of leaf.children) {
      const length = lengthOf(child);
      if (rest <= length) {
        leaf = child;
        break;
      }
      rest -= length + 1; // A line break stands between two children.
      unitsBefore += child.length + 1;
      pairsBefore += pairs(child);
    }
  }
  return { leaf, rest, unitsBefore, pairsBefore };
}

// The number of code points before a UTF-16 offset. REQUIRES: 0 <= offset <= text.length, and the
// offset is not inside a surrogate pair.
export function codePointOffset(text: Text, offset: number): number {
  const { leaf, rest, pairsBefore } = leafAt(text, offset, (node) => node.length);
  const pairsInLeaf = pairs(leaf) > 0 ? pairsIn(leaf.sliceString(0, rest)) : 0;
  return offset - pairsBefore - pairsInLeaf;
}

// The UTF-16 offset after a number of code points. REQUIRES: 0 <= count <= codePoints(text).
export function utf16Offset(text: Text, count: number): number {
  const { leaf, rest, unitsBefore } = leafAt(text, count, codePoints);
  if (pairs(leaf) === 0) return unitsBefore + rest;
  const units = leaf.sliceString(0);
  let offset = 0;
  for (let point = 0; point < rest; point++)
    offset += isHighSurrogate(units.charCodeAt(offset)) ? 2 : 1;
  return unitsBefore + offset;
}
