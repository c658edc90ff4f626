// Binds an EditorView to a SharedText: transactions of this user become operations, and operations of
// others become transactions.
//
// The sharedb client rebases, by the type's own transform. CodeMirror's changes are never mapped over
// each other for that, because their mapping orders concurrent inserts differently.
//
// While the user composes a word with an input method, operations of others that touch its line are
// held, and so are all that come after them: the input method would lose its place in a line that
// changes, and put the word in once more.
import { ChangeSet, Text, Transaction } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { corrections } from "../core/document/clean-text";
import { isHighSurrogate, isLowSurrogate } from "../core/document/code-points";
import { HeldOperations } from "../core/document/held-operations";
import { refusal } from "../core/document/limits";
import { changesFrom, operationFrom, type Operation } from "../core/document/operation";
import { placeOf, selectionAt, type Place, type Selection } from "../core/presence/place";

export interface Target {
  readonly exists: boolean;
  submit(operation: Operation): void;
}

export interface BindingEvents {
  // The server would refuse an edit, for this reason.
  onRefused: (reason: string) => void;
  // What was held is shown.
  onHeldShown: () => void;
}

// While operations are held, this often it is seen whether the composition has ended.
const lookEveryMs = 50;
// A composition in which nobody writes for this long is ended, so that what is held is shown. (On
// Android a composition begins wherever the cursor is in a word.)
const compositionRestMs = 10_000;

const isLocalEdit = (transaction: Transaction) =>
  transaction.docChanged && transaction.annotation(Transaction.remote) !== true;

export class Binding {
  private readonly held = new HeldOperations();
  // When the user wrote last, or, if that is later, the first operation was held or a composition was
  // to end.
  private restsSince = 0;

  constructor(
    private readonly target: () => Target,
    private readonly events: BindingEvents,
  ) {}

  // The dispatch function of the EditorView. An edit that the server would refuse changes nothing.
  readonly dispatch = (transactions: readonly Transaction[], view: EditorView): void => {
    if (!transactions.some(isLocalEdit)) {
      view.update(transactions);
      return;
    }
    const shared = this.target();
    if (!shared.exists) return;
    const clean = cleaned(transactions);
    const before = view.state.doc;
    const changes = clean.reduce<ChangeSet>(
      (all, transaction) => all.compose(transaction.changes),
      ChangeSet.empty(before.length),
    );
    const operation = operationFrom(changes, before);
    const reason = refusal(operation, clean.at(-1)?.newDoc ?? before);
    if (reason !== null) {
      this.events.onRefused(reason);
      return;
    }
    this.restsSince = performance.now();
    view.update(clean);
    if (operation.length > 0) shared.submit(this.held.pass(operation));
  };

  // Shows somebody else's operation on the document, now or after a composition that it would break.
  receive(view: EditorView, operation: Operation): void {
    if (!this.held.isEmpty) {
      this.held.hold(operation);
      return;
    }
    const changes = changesFrom(operation, view.state.doc);
    if (breaksComposition(view, changes)) {
      this.held.hold(operation);
      this.restsSince = performance.now();
      this.lookLater(view);
    } else {
      view.dispatch({ changes, annotations: byOthers });
    }
  }

  // Makes the view show another text, by changing only the part that differs.
  replace(view: EditorView, text: Text): void {
    this.held.clear();
    const before = view.state.doc;
    if (before.eq(text)) return;
    view.dispatch({ changes: difference(before, text), annotations: byOthers });
  }

  // The place in the document of a selection in the view.
  placeOf({ state }: EditorView, { anchor, head }: Selection): Place {
    if (this.held.isEmpty) return placeOf(state.doc, { anchor, head });
    const changes = this.held.changes(state.doc);
    const shared = changes.apply(state.doc);
    return placeOf(shared, { anchor: changes.mapPos(anchor), head: changes.mapPos(head) });
  }

  // The selection in the view of a place in the document.
  selectionAt({ state }: EditorView, place: Place): Selection {
    if (this.held.isEmpty) return selectionAt(state.doc, place);
    const changes = this.held.changes(state.doc);
    const { anchor, head } = selectionAt(changes.apply(state.doc), place);
    const { invertedDesc } = changes;
    return { anchor: invertedDesc.mapPos(anchor), head: invertedDesc.mapPos(head) };
  }

  private lookLater(view: EditorView, wasOver = false): void {
    setTimeout(() => this.look(view, wasOver), lookEveryMs);
  }

  // Shows what is held if this look and the one before found no composition. (On Android CodeMirror
  // reads what a composition has left a moment after its end, and a change of the view before that
  // would drop it.)
  private look(view: EditorView, wasOver: boolean): void {
    if (this.held.isEmpty) return;
    const isOver = !view.compositionStarted;
    if (isOver && wasOver) {
      this.showHeld(view);
      return;
    }
    if (!isOver && performance.now() - this.restsSince >= compositionRestMs)
      this.endComposition(view);
    this.lookLater(view, isOver);
  }

  // The input method ends with its focus. What it has composed so far stays. What is held is shown
  // before the focus is back, because that may begin the next composition.
  private endComposition(view: EditorView): void {
    this.restsSince = performance.now();
    const hadFocus = view.root.activeElement === view.contentDOM;
    view.contentDOM.blur();
    if (!view.compositionStarted) this.showHeld(view);
    if (hadFocus) view.focus();
  }

  private showHeld(view: EditorView): void {
    const changes = this.held.changes(view.state.doc);
    this.held.clear();
    view.dispatch({ changes, annotations: byOthers });
    this.events.onHeldShown();
  }
}

function breaksComposition({ state, compositionStarted }: EditorView, changes: ChangeSet): boolean {
  const line = state.doc.lineAt(state.selection.main.head);
  return compositionStarted && changes.touchesRange(line.from, line.to) !== false;
}

// The transactions, followed by one that corrects the text if that is needed.
function cleaned(transactions: readonly Transaction[]): readonly Transaction[] {
  const last = transactions.at(-1);
  if (!last) return transactions;
  const changes = transactions
    .map((transaction) => transaction.changes)
    .reduce((all, next) => all.compose(next));
  const specs = corrections(changes, last.newDoc);
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
