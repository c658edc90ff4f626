// The writing surface: CodeMirror with what a text for people needs, and nothing that changes text
// behind their back.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, placeholder, type ViewUpdate } from "@codemirror/view";
import { withLineFeeds } from "../document/clean-text";
import { remoteCursors } from "./remote-cursors";
import { sharedDispatch, type Target } from "./binding";

export interface ViewOptions {
  parent: HTMLElement;
  label: string;
  nonce: string;
  target: () => Target | null;
  onRefused: (reason: string) => void;
  onUpdate: (update: ViewUpdate) => void;
}

const writable = new Compartment();

const readOnly: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false)];

export function setWritable(view: EditorView, value: boolean): void {
  if (view.state.readOnly !== value) return;
  view.dispatch({ effects: writable.reconfigure(value ? [] : readOnly) });
}

export function createView(options: ViewOptions): EditorView {
  const state = EditorState.create({
    extensions: [
      writable.of(readOnly),
      // Only "\n" ends a line. CodeMirror would take "\r" for one too, and count "\r\n" as one
      // character, so that every position after it would differ from everybody else's.
      EditorState.lineSeparator.of("\n"),
      EditorView.clipboardInputFilter.of(withLineFeeds),
      EditorView.cspNonce.of(options.nonce),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": options.label,
        spellcheck: "true",
        autocapitalize: "sentences",
        tabindex: "0",
      }),
      history(),
      search({ top: true }),
      keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap]),
      placeholder("Start writing…"),
      remoteCursors(),
      EditorView.updateListener.of(options.onUpdate),
    ],
  });
  return new EditorView({
    state,
    parent: options.parent,
    dispatchTransactions: sharedDispatch(options.target, options.onRefused),
  });
}
