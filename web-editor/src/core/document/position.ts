// How an operation moves the positions and selections of people.
//
// This page's presence values are { index, length, ... }: a selection of `length` code points from
// `index`; its other fields (name, colour, direction) stay. Other clients' values are transformed
// too: a number is a position, and a pair of numbers is an anchor and a focus. Any other value stays
// as it is.
import { codePointsInString } from "./code-points";
import { deletedLength, type Operation } from "./operation";

// An insert before the position moves it. An insert exactly at the position moves it only if the
// position's owner made the insert.
export function transformPosition(position: number, operation: Operation, isOwn: boolean): number {
  let at = 0; // In the text that the operation makes.
  for (const component of operation) {
    if (at > position) break;
    if (typeof component === "number") {
      at += component;
    } else if (typeof component === "string") {
      const length = codePointsInString(component);
      if (at < position || isOwn) position += length;
      at += length;
    } else {
      position -= Math.min(deletedLength(component.d), position - at);
    }
  }
  return position;
}

export function transformPresence(value: unknown, operation: Operation, isOwn: boolean): unknown {
  const move = (position: number) => transformPosition(position, operation, isOwn);
  if (typeof value === "number") return move(value);
  if (Array.isArray(value)) {
    const [anchor, focus] = value as unknown[];
    if (value.length !== 2 || typeof anchor !== "number" || typeof focus !== "number") return value;
    return [move(anchor), move(focus)];
  }
  if (typeof value !== "object" || value === null) return value;
  const { index, length } = value as { index?: unknown; length?: unknown };
  if (typeof index !== "number") return value;
  const moved = move(index);
  if (typeof length !== "number") return { ...value, index: moved };
  return { ...value, index: moved, length: move(index + length) - moved };
}
