// The search panel, and what "All" and "Replace all" do: all matches are selected or replaced, or is
// said at once why not.
import { simplifySelection } from "@codemirror/commands";
import {
  getSearchQuery,
  replaceAll,
  search,
  searchKeymap,
  selectMatches,
} from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  RectangleMarker,
  ViewPlugin,
  keymap,
  layer,
  type Command,
} from "@codemirror/view";
import { operationComponentsMax } from "../core/document/limits";
import { selectionRectangles } from "./selection-rectangles";

// CodeMirror's selectMatches() selects no more.
const selectedMax = 1_000;
// A replacement is a component that keeps, one that inserts, and one that deletes.
const replacedMax = Math.floor(operationComponentsMax / 3);
// Each replacement copies its line, so the page would stand still over many of them in a long line.
const copiedUnitsMax = 1e9;

// The labels of the panel, in the style of the rest of the page.
const phrases = {
  next: "Next",
  previous: "Previous",
  all: "All",
  "match case": "Match case",
  regexp: "Pattern",
  "by word": "Whole words",
  replace: "Replace",
  "replace all": "Replace all",
};

const numbers = new Intl.NumberFormat("en");
const moreThan = (most: number, verb: string) =>
  `There are more than ${numbers.format(most)} matches, which is too many to ${verb} at once.`;

// The number of matches and the units of their lines, or of more than `most` of them those of the
// first ones.
function measure(state: EditorState, most: number): { matches: number; units: number } {
  let matches = 0;
  let units = 0;
  const cursor = getSearchQuery(state).getCursor(state);
  for (let next = cursor.next(); next.done !== true && matches <= most; next = cursor.next()) {
    matches++;
    units += state.doc.lineAt(next.value.from).length;
  }
  return { matches, units };
}

function selectAll(view: EditorView): string | null {
  if (measure(view.state, selectedMax).matches > selectedMax)
    return moreThan(selectedMax, "select");
  if (selectMatches(view)) view.focus();
  return null;
}

function replaceEverywhere(view: EditorView): string | null {
  const { matches, units } = measure(view.state, replacedMax);
  if (matches > replacedMax) return moreThan(replacedMax, "replace");
  if (units > copiedUnitsMax)
    return "There are too many matches in long lines to replace them at once.";
  replaceAll(view);
  return null;
}

// The panel's buttons call CodeMirror's commands, which say nothing when there are too many matches.
const buttons = (onRefused: (reason: string) => void) =>
  ViewPlugin.define((view) => {
    const onClick = (event: MouseEvent) => {
      const name = event.target instanceof HTMLButtonElement ? event.target.name : "";
      const action = { select: selectAll, replaceAll: replaceEverywhere }[name];
      // If the query is not valid, CodeMirror's command goes back to its field.
      if (!action || !getSearchQuery(view.state).valid) return;
      event.stopPropagation();
      const reason = action(view);
      if (reason !== null) onRefused(reason);
    };
    view.dom.addEventListener("click", onClick, true);
    return { destroy: () => view.dom.removeEventListener("click", onClick, true) };
  });

// A browser draws one selection. These are the others.
const otherSelections = layer({
  above: false,
  class: "other-selections",
  update: ({ docChanged, selectionSet }) => docChanged || selectionSet,
  markers: (view) => {
    const { ranges, main } = view.state.selection;
    return ranges
      .filter((range) => range !== main)
      .flatMap((range) =>
        range.empty
          ? RectangleMarker.forRange(view, "other-cursor", range)
          : selectionRectangles(view, range).map(
              ({ left, top, width, height }) =>
                new RectangleMarker("other-selection", left, top, width, height),
            ),
      );
  },
});

const dropOthers: Command = (view) =>
  view.state.selection.ranges.length > 1 && simplifySelection(view);

export const searching = (onRefused: (reason: string) => void): Extension => [
  search({ top: true }),
  EditorState.phrases.of(phrases),
  EditorState.allowMultipleSelections.of(true),
  EditorView.clickAddsSelectionRange.of(() => false),
  otherSelections,
  buttons(onRefused),
  keymap.of([{ key: "Escape", run: dropOthers }, ...searchKeymap]),
];
