// Makes a "\r\n" of a text from elsewhere one thing to the cursor and the keys.
import {
  ChangeSet,
  EditorSelection,
  EditorState,
  Transaction,
  type Extension,
  type SelectionRange,
  type Text,
} from "@codemirror/state";
import {
  Direction,
  highlightSpecialChars,
  keymap,
  type Command,
  type EditorView,
} from "@codemirror/view";
import { cursorPosition, isBeforePair, lineEndCorrections } from "../core/document/line-ends";

// Undo and redo do not come through here, and so bring back what was there.
const wholeLineEnds = EditorState.transactionFilter.of((transaction) => {
  const corrections = correctionsOf(transaction);
  const text = corrections.apply(transaction.newDoc);
  const selection = transaction.newSelection.map(corrections);
  const outside = outsidePairs(selection, text);
  if (corrections.empty && outside === selection) return transaction;
  return [transaction, { changes: corrections, selection: outside, sequential: true }];
});

function correctionsOf(transaction: Transaction): ChangeSet {
  const { changes, newDoc, startState } = transaction;
  // Whoever searches for line ends and replaces them has written what should be there.
  const isVerbatim =
    transaction.annotation(Transaction.remote) === true || transaction.isUserEvent("input.replace");
  if (changes.empty || isVerbatim) return ChangeSet.empty(newDoc.length);
  const options = { keepsInserted: transaction.isUserEvent("move") };
  return ChangeSet.of(lineEndCorrections(changes, startState.doc, options), newDoc.length);
}

function outsidePairs(selection: EditorSelection, text: Text): EditorSelection {
  const isOutside = (position: number) => cursorPosition(text, position) === position;
  if (selection.ranges.every(({ anchor, head }) => isOutside(anchor) && isOutside(head)))
    return selection;
  const ranges = selection.ranges.map(({ anchor, head }) =>
    EditorSelection.range(cursorPosition(text, anchor), cursorPosition(text, head)),
  );
  return EditorSelection.create(ranges, selection.mainIndex);
}

// Moves over a "\r\n" at the cursor in one step, forward or towards this side.
function stepOver(side: "left" | "right" | "forward", extend = false): Command {
  return (view) => {
    const { doc, selection } = view.state;
    const isForward = ({ head }: SelectionRange) =>
      side === "forward" || (view.textDirectionAt(head) === Direction.LTR) === (side === "right");
    const steps = (range: SelectionRange) =>
      (extend || range.empty) && isForward(range) && isBeforePair(doc, range.head);
    if (!selection.ranges.some(steps)) return false;
    const ranges = selection.ranges.map((range) => {
      const head = steps(range) ? range.head + 2 : moved(view, range, isForward(range), extend);
      return extend ? EditorSelection.range(range.anchor, head) : EditorSelection.cursor(head);
    });
    view.dispatch({
      selection: EditorSelection.create(ranges, selection.mainIndex),
      scrollIntoView: true,
      userEvent: "select",
    });
    return true;
  };
}

function moved(view: EditorView, range: SelectionRange, forward: boolean, extend: boolean): number {
  if (extend || range.empty) return view.moveByChar(range, forward).head;
  return forward ? range.to : range.from;
}

export const lineEnds: Extension = [
  wholeLineEnds,
  // A carriage return that ends no line is shown as a mark.
  highlightSpecialChars({ specialChars: /\r(?!$)/gu }),
  keymap.of([
    { key: "ArrowRight", run: stepOver("right"), shift: stepOver("right", true) },
    { key: "ArrowLeft", run: stepOver("left"), shift: stepOver("left", true) },
    { mac: "Ctrl-f", run: stepOver("forward"), shift: stepOver("forward", true) },
  ]),
];
