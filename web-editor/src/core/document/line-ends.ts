// Line ends of two characters. A text from elsewhere may end its lines in "\r\n"; such a pair is one
// thing to whoever writes: no cursor stands in it, no edit tears it, and what is written between
// lines that end in pairs ends its lines in pairs.
import type { ChangeSet, ChangeSpec, Text } from "@codemirror/state";
import { textOf } from "./operation";

const isInPair = (text: Text, position: number) =>
  position > 0 && text.sliceString(position - 1, position + 1) === "\r\n";

export const isBeforePair = (text: Text, position: number) =>
  text.sliceString(position, position + 2) === "\r\n";

// The position of a cursor that was put here: in front of a pair instead of in it.
export const cursorPosition = (text: Text, position: number) =>
  isInPair(text, position) ? position - 1 : position;

// How the line at this position ends; the last line, as the one before it.
function lineEndAt(text: Text, position: number): string {
  const line = text.lineAt(position);
  const isLast = line.number === text.lines;
  const model = !isLast ? line : line.number > 1 ? text.line(line.number - 1) : null;
  return model?.text.endsWith("\r") ? "\r\n" : "\n";
}

export interface LineEndOptions {
  // The inserted text is there before, as what is moved, and keeps its line ends.
  keepsInserted: boolean;
}

// The corrections to make in the text after `changes` of `before`.
export function lineEndCorrections(
  changes: ChangeSet,
  before: Text,
  { keepsInserted }: LineEndOptions,
): ChangeSpec[] {
  const specs: ChangeSpec[] = [];
  changes.iterChanges((fromA, toA, fromB, toB, inserted) => {
    const text = inserted.toString();
    const startsInPair = isInPair(before, fromA);
    const endsInPair = isInPair(before, toA);
    const isNothing = text === "" && startsInPair && endsInPair; // The halves are a pair again.
    if (startsInPair && !isNothing) specs.push({ from: fromB - 1, to: fromB });
    if (!keepsInserted && /[\r\n]/.test(text)) {
      const ended = text.replace(/\r\n?|\n/g, lineEndAt(before, fromA));
      if (ended !== text) specs.push({ from: fromB, to: toB, insert: textOf(ended) });
    }
    if (!endsInPair || isNothing) return;
    // A deletion of "\r" alone is one of the line end.
    if (text === "" && toA - fromA === 1) specs.push({ from: toB, to: toB + 1 });
    else specs.push({ from: toB, insert: textOf("\r") });
  });
  return specs;
}
