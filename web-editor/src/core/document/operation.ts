// Converts between CodeMirror's changes and operations of the type text-unicode.
//
//     operation  := [component, ...]
//     component  := 5          keep 5 code points
//                 | "text"     insert
//                 | { d: 5 }   delete 5 code points (or { d: "text" }, as many as the text has)
import { ChangeSet, Text, type ChangeSpec } from "@codemirror/state";
import {
  codePointOffset,
  codePoints,
  codePointsInString,
  isHighSurrogate,
  isLowSurrogate,
  utf16Offset,
} from "./code-points";

export type Component = number | string | { d: number | string };
export type Operation = Component[];

export const deletedLength = (d: number | string) =>
  typeof d === "number" ? d : codePointsInString(d);

// Only "\n" ends a line: a carriage return is a character like any other.
export const textOf = (content: string) => Text.of(content.split("\n"));

const unitAt = (text: Text, offset: number) => text.sliceString(offset, offset + 1);

function splitsPair(text: Text, offset: number): boolean {
  if (offset === 0 || offset === text.length) return false;
  const around = text.sliceString(offset - 1, offset + 1);
  return isHighSurrogate(around.charCodeAt(0)) && isLowSurrogate(around.charCodeAt(1));
}

// The operation that changes `before` as `changes` do. A change that begins or ends inside a
// surrogate pair is widened to the whole pair, so an operation never cuts a character. REQUIRES:
// the changed text has no lone surrogates.
export function operationFrom(changes: ChangeSet, before: Text): Operation {
  const operation: Operation = [];
  let done = 0; // Code points of `before` that the operation has passed.
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    let from = fromA;
    let to = toA;
    let text = inserted.toString();
    if (splitsPair(before, from)) text = unitAt(before, --from) + text;
    if (splitsPair(before, to)) text += unitAt(before, to++);
    const start = codePointOffset(before, from);
    const end = from === to ? start : codePointOffset(before, to);
    if (start > done) operation.push(start - done);
    if (text !== "") operation.push(text);
    if (end > start) operation.push({ d: end - start });
    done = end;
  });
  return operation;
}

// The changes that the operation makes to `before`. A deletion past the end is cut off there, as the
// type does it.
export function changesFrom(operation: Operation, before: Text): ChangeSet {
  const length = codePoints(before);
  const changes: ChangeSpec[] = [];
  let at = 0; // Code points of `before`.
  for (const component of operation) {
    if (typeof component === "number") {
      at += component;
      if (at > length) throw new RangeError("The operation is too long for this document");
    } else if (typeof component === "string") {
      changes.push({ from: utf16Offset(before, at), insert: textOf(component) });
    } else {
      const end = Math.min(at + deletedLength(component.d), length);
      changes.push({ from: utf16Offset(before, at), to: utf16Offset(before, end) });
      at = end;
    }
  }
  return ChangeSet.of(changes, before.length);
}

// The texts that an operation inserts, in order.
export function insertedTexts(operation: Operation): string[] {
  return operation.filter((component): component is string => typeof component === "string");
}
