// The CodeMirror view in which people write. None of its extensions changes text that the user did not
// ask to change.
import { history, historyKeymap, standardKeymap } from "@codemirror/commands";
import {
  Compartment,
  EditorSelection,
  EditorState,
  RangeSetBuilder,
  type Extension,
  type StateCommand,
  type Transaction,
} from "@codemirror/state";
import { Decoration, EditorView, keymap, placeholder, type ViewUpdate } from "@codemirror/view";
import { textOf } from "../core/document/operation";
import { fileHandlers } from "./files";
import { lineEnds } from "./line-ends";
import { remoteCursors } from "./remote-cursors";
import { searching } from "./search";

export interface ViewOptions {
  parent: HTMLElement;
  label: string;
  nonce: string;
  dispatch: (transactions: readonly Transaction[], view: EditorView) => void;
  onRefused: (reason: string) => void;
  onUpdate: (update: ViewUpdate) => void;
}

const writable = new Compartment();

const readOnly: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false)];

export function setWritable(view: EditorView, value: boolean): void {
  if (view.state.readOnly !== value) return;
  view.dispatch({ effects: writable.reconfigure(value ? [] : readOnly) });
}

// Begins a line that is indented like the one before it. (CodeMirror's own command also deletes white
// space after the cursor, and with it the "\r" of a text from elsewhere.)
const newLine: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const spec = state.changeByRange(({ from, to }) => {
    const line = state.doc.lineAt(from);
    const before = line.text.slice(0, from - line.from);
    const insert = `\n${/^[ \t]*/.exec(before)?.[0] ?? ""}`;
    return {
      changes: { from, to, insert },
      range: EditorSelection.cursor(from + insert.length),
    };
  });
  dispatch(state.update(spec, { scrollIntoView: true, userEvent: "input" }));
  return true;
};

// Replaces a selection of several lines by what is typed. (A browser that does it joins the lines'
// elements with an inline style, which the page's policy refuses with an error on the console.)
const typeOverLines = EditorView.domEventHandlers({
  beforeinput: ({ inputType, data, cancelable }, view) => {
    const { state } = view;
    const { from, to } = state.selection.main;
    const isOneLine = to <= state.doc.lineAt(from).to;
    if (inputType !== "insertText" || data === null || !cancelable) return false;
    if (isOneLine || view.compositionStarted || state.readOnly) return false;
    view.dispatch(state.replaceSelection(textOf(data)), {
      scrollIntoView: true,
      userEvent: "input.type",
    });
    return true;
  },
});

const ownDirection = Decoration.line({ attributes: { dir: "auto" } });

// Each line is laid out in the direction of its first strong character.
const lineDirections: Extension = [
  EditorView.perLineTextDirection.of(true),
  EditorView.decorations.of(({ visibleRanges, state: { doc } }) => {
    const lines = new RangeSetBuilder<Decoration>();
    for (const { from, to } of visibleRanges)
      for (let line = doc.lineAt(from); ; line = doc.line(line.number + 1)) {
        lines.add(line.from, line.from, ownDirection);
        if (line.to >= to) break;
      }
    return lines.finish();
  }),
];

export function createView(options: ViewOptions): EditorView {
  const state = EditorState.create({
    extensions: [
      writable.of(readOnly),
      // Only "\n" ends a line. By default CodeMirror also splits lines at "\r" and counts "\r\n" as one
      // character, and then every position after it would differ from everybody else's.
      EditorState.lineSeparator.of("\n"),
      lineEnds,
      fileHandlers(options.onRefused),
      EditorView.cspNonce.of(options.nonce),
      EditorView.lineWrapping,
      lineDirections,
      typeOverLines,
      EditorView.contentAttributes.of({
        "aria-label": options.label,
        spellcheck: "true",
        autocapitalize: "sentences",
        tabindex: "0",
      }),
      history(),
      searching(options.onRefused),
      keymap.of([
        { key: "Enter", run: newLine, shift: newLine },
        ...historyKeymap,
        ...standardKeymap,
      ]),
      placeholder("Start writing…"),
      remoteCursors(),
      EditorView.updateListener.of(options.onUpdate),
    ],
  });
  return new EditorView({
    state,
    parent: options.parent,
    dispatchTransactions: options.dispatch,
  });
}
