// Binds an EditorView to a SharedText: transactions of this user become operations, and operations of
// others become transactions.
//
// The sharedb client rebases, by the type's own transform. CodeMirror's changes are never mapped over
// each other for that, because their mapping orders concurrent inserts differently.
import { ChangeSet, Text, Transaction } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { corrections } from "../core/document/clean-text";
import { isHighSurrogate, isLowSurrogate } from "../core/document/code-points";
import { refusal } from "../core/document/limits";
import { changesFrom, operationFrom, type Operation } from "../core/document/operation";

export interface Target {
  readonly exists: boolean;
  submit(operation: Operation): void;
}

const isLocalEdit = (transaction: Transaction) =>
  transaction.docChanged && transaction.annotation(Transaction.remote) !== true;

// Returns a dispatch function for an EditorView. An edit that the server would refuse changes nothing.
export function sharedDispatch(target: () => Target | null, onRefused: (reason: string) => void) {
  return (transactions: readonly Transaction[], view: EditorView): void => {
    if (!transactions.some(isLocalEdit)) {
      view.update(transactions);
      return;
    }
    const shared = target();
    if (!shared?.exists) return;
    const clean = cleaned(transactions);
    const before = view.state.doc;
    const changes = clean.reduce<ChangeSet>(
      (all, transaction) => all.compose(transaction.changes),
      ChangeSet.empty(before.length),
    );
    const operation = operationFrom(changes, before);
    const reason = refusal(operation, clean.at(-1)?.newDoc ?? before);
    if (reason !== null) {
      onRefused(reason);
      return;
    }
    view.update(clean);
    if (operation.length > 0) shared.submit(operation);
  };
}

// The transactions, followed by one that corrects the text if that is needed.
function cleaned(transactions: readonly Transaction[]): readonly Transaction[] {
  const last = transactions.at(-1);
  if (!last) return transactions;
  const changes = transactions
    .map((transaction) => transaction.changes)
    .reduce((all, next) => all.compose(next));
  const keepCarriageReturns = ["undo", "redo", "move"].some((event) => last.isUserEvent(event));
  const specs = corrections(changes, last.newDoc, { keepCarriageReturns });
  if (specs.length === 0) return transactions;
  const userEvent = last.annotation(Transaction.userEvent);
  const correction = last.state.update({
    changes: specs,
    ...(userEvent === undefined ? {} : { userEvent }),
  });
  return [...transactions, correction];
}

// The changes of others are not part of this user's undo history, which is mapped through them.
const byOthers = [Transaction.remote.of(true), Transaction.addToHistory.of(false)];

export function applyOperation(view: EditorView, operation: Operation): void {
  view.dispatch({ changes: changesFrom(operation, view.state.doc), annotations: byOthers });
}

// Makes the view show another text, by changing only the part that differs.
export function replaceText(view: EditorView, text: Text): void {
  const before = view.state.doc;
  if (before.eq(text)) return;
  view.dispatch({ changes: difference(before, text), annotations: byOthers });
}

function difference(before: Text, after: Text) {
  const a = before.toString();
  const b = after.toString();
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  if (start > 0 && isHighSurrogate(a.charCodeAt(start - 1))) start--;
  let end = 0;
  while (
    end < shorter - start &&
    a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)
  )
    end++;
  if (end > 0 && isLowSurrogate(a.charCodeAt(a.length - end))) end--;
  return { from: start, to: a.length - end, insert: after.slice(start, b.length - end) };
}
