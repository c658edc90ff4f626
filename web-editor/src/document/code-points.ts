// Between CodeMirror's positions, which count UTF-16 units, and the wire's, which count Unicode
// code points.
//
// The two differ by the number of surrogate pairs before a position, so that is what is counted.
// All functions cost O(log n) and one leaf of the text tree.
import type { Text } from "@codemirror/state";
import { treeSum } from "./tree-sum";

export const isHighSurrogate = (unit: number) => (unit & 0xfc00) === 0xd800;
export const isLowSurrogate = (unit: number) => (unit & 0xfc00) === 0xdc00;

function pairsIn(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) if (isHighSurrogate(text.charCodeAt(i))) pairs++;
  return pairs;
}

const pairs = treeSum(pairsIn, 0);

export const codePointsInString = (text: string) => text.length - pairsIn(text);
export const codePoints = (text: Text) => text.length - pairs(text);

// The code points before a UTF-16 offset. REQUIRES: 0 <= offset <= text.length, not inside a
// surrogate pair.
export function codePointOffset(text: Text, offset: number): number {
  let node = text;
  let rest = offset;
  let before = 0;
  while (node.children) {
    for (const child of node.children) {
      if (rest <= child.length) {
        node = child;
        break;
      }
      rest -= child.length + 1;
      before += pairs(child);
    }
  }
  if (pairs(node) > 0) before += pairsIn(node.sliceString(0, rest));
  return offset - before;
}

// The UTF-16 offset after a number of code points. REQUIRES: 0 <= count <= codePoints(text).
export function utf16Offset(text: Text, count: number): number {
  let node = text;
  let rest = count;
  let before = 0;
  while (node.children) {
    for (const child of node.children) {
      const length = codePoints(child);
      if (rest <= length) {
        node = child;
        break;
      }
      rest -= length + 1;
      before += child.length + 1;
    }
  }
  if (pairs(node) === 0) return before + rest;
  const units = node.sliceString(0);
  let at = 0;
  for (; rest > 0; rest--) at += isHighSurrogate(units.charCodeAt(at)) ? 2 : 1;
  return before + at;
}
