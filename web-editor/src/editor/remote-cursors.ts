// Other people's cursors and selections, drawn in layers over and under the text. The DOM of the
// text itself is not touched, so that somebody else's cursor never disturbs the composition of an
// input method.
import {
  EditorSelection,
  StateEffect,
  StateField,
  type ChangeDesc,
  type EditorState,
  type Extension,
} from "@codemirror/state";
import { EditorView, RectangleMarker, layer, type LayerMarker } from "@codemirror/view";
import { element } from "../common/element";
import type { Peer } from "../core/presence/peer";
import type { Place, Selection } from "../core/presence/place";
import { selectionRectangles, type Rectangle } from "./selection-rectangles";

interface RemoteCursor {
  id: string;
  name: string;
  color: number;
  anchor: number; // UTF-16 offsets, as CodeMirror counts.
  head: number;
  // How often its owner has moved it. A change of the text before it does not count.
  moves: number;
}

const setCursors = StateEffect.define<readonly RemoteCursor[]>();

const cursors = StateField.define<readonly RemoteCursor[]>({
  create: () => [],
  update(value, transaction) {
    if (transaction.docChanged) value = value.map((cursor) => moved(cursor, transaction.changes));
    for (const effect of transaction.effects) if (effect.is(setCursors)) value = effect.value;
    return value;
  },
});

function moved(cursor: RemoteCursor, changes: ChangeDesc): RemoteCursor {
  return {
    ...cursor,
    anchor: changes.mapPos(cursor.anchor, -1),
    head: changes.mapPos(cursor.head, -1),
  };
}

// `selectionAt` gives the selection in the view of a place in the document.
export function showPeers(
  view: EditorView,
  peers: readonly Peer[],
  selectionAt: (place: Place) => Selection,
): void {
  const known = new Map(view.state.field(cursors).map((cursor) => [cursor.id, cursor]));
  const next = peers.flatMap((peer) => {
    if (!peer.place) return [];
    return [cursorOf(peer, selectionAt(peer.place), known.get(peer.id))];
  });
  view.dispatch({ effects: setCursors.of(next) });
}

function cursorOf(
  { id, name, color }: Peer,
  { anchor, head }: Selection,
  before: RemoteCursor | undefined,
): RemoteCursor {
  const stayed = before?.anchor === anchor && before.head === head;
  return { id, name, color, anchor, head, moves: (before?.moves ?? 0) + (stayed ? 0 : 1) };
}

// Scrolls the cursor of a peer into view. False if they have none.
export function scrollToPeer(view: EditorView, id: string): boolean {
  const cursor = view.state.field(cursors).find((each) => each.id === id);
  if (!cursor) return false;
  view.dispatch({ effects: EditorView.scrollIntoView(cursor.head, { y: "center" }) });
  return true;
}

class CursorMarker implements LayerMarker {
  constructor(
    readonly cursor: RemoteCursor,
    readonly left: number,
    readonly top: number,
    readonly height: number,
    // The name does not fit to the right of the cursor.
    readonly flip: boolean,
  ) {}

  eq(other: LayerMarker): boolean {
    return (
      other instanceof CursorMarker &&
      other.cursor.id === this.cursor.id &&
      other.cursor.name === this.cursor.name &&
      other.cursor.color === this.cursor.color &&
      other.cursor.moves === this.cursor.moves &&
      other.left === this.left &&
      other.top === this.top &&
      other.height === this.height &&
      other.flip === this.flip
    );
  }

  draw(): HTMLElement {
    const node = element("div", { class: "remote-cursor" });
    this.place(node);
    node.append(this.flag());
    return node;
  }

  update(node: HTMLElement, before: LayerMarker): boolean {
    if (!(before instanceof CursorMarker) || before.cursor.id !== this.cursor.id) return false;
    this.place(node);
    const { name, moves } = before.cursor;
    // A new flag shows itself for a while.
    if (name !== this.cursor.name || moves !== this.cursor.moves) node.replaceChildren(this.flag());
    return true;
  }

  private place(node: HTMLElement): void {
    node.dataset["peer"] = String(this.cursor.color);
    node.classList.toggle("flip", this.flip);
    node.style.left = `${this.left}px`;
    node.style.top = `${this.top}px`;
    node.style.height = `${this.height}px`;
  }

  private flag(): HTMLElement {
    return element("span", { class: "remote-name", dir: "auto" }, this.cursor.name);
  }
}

class SelectionMarker extends RectangleMarker {
  constructor(
    private readonly color: number,
    { left, top, width, height }: Rectangle,
  ) {
    super("remote-selection", left, top, width, height);
  }

  override draw(): HTMLDivElement {
    const node = super.draw();
    node.dataset["peer"] = String(this.color);
    return node;
  }

  override update(node: HTMLElement, before: RectangleMarker): boolean {
    node.dataset["peer"] = String(this.color);
    return super.update(node, before);
  }

  override eq(other: RectangleMarker): boolean {
    return other instanceof SelectionMarker && other.color === this.color && super.eq(other);
  }
}

// About as wide as a long name's flag.
const flagWidthPx = 170;

function cursorMarkers(view: EditorView): LayerMarker[] {
  return view.state.field(cursors).flatMap((cursor) => {
    if (cursor.head < view.viewport.from || cursor.head > view.viewport.to) return [];
    const [at] = RectangleMarker.forRange(view, "", EditorSelection.cursor(cursor.head));
    if (!at) return [];
    const flip = at.left + flagWidthPx > view.scrollDOM.clientWidth;
    return [new CursorMarker(cursor, at.left, at.top, at.height, flip)];
  });
}

function selectionMarkers(view: EditorView): LayerMarker[] {
  return view.state.field(cursors).flatMap((cursor) => {
    if (cursor.anchor === cursor.head) return [];
    const range = EditorSelection.range(cursor.anchor, cursor.head);
    return selectionRectangles(view, range).map((each) => new SelectionMarker(cursor.color, each));
  });
}

// The layers take no pointer events, so that a click on them is a click on the text. The cursor under
// the pointer is therefore found by its position.
function showNameUnderPointer(event: PointerEvent, view: EditorView): void {
  for (const node of view.scrollDOM.querySelectorAll(".remote-cursor")) {
    const { left, top, bottom } = node.getBoundingClientRect();
    const isNear =
      Math.abs(event.clientX - left) < 8 && event.clientY > top - 4 && event.clientY < bottom + 4;
    node.classList.toggle("hovered", isNear);
  }
}

const needsDrawing = (before: EditorState, after: EditorState) =>
  before.field(cursors) !== after.field(cursors);

export function remoteCursors(): Extension {
  return [
    cursors,
    layer({
      above: false,
      class: "remote-selections",
      update: (update) => needsDrawing(update.startState, update.state),
      markers: selectionMarkers,
    }),
    layer({
      above: true,
      class: "remote-cursors",
      update: (update) => needsDrawing(update.startState, update.state),
      markers: cursorMarkers,
      mount: (node) => node.setAttribute("aria-hidden", "true"),
    }),
    EditorView.domEventHandlers({
      pointermove: showNameUnderPointer,
      pointerdown: showNameUnderPointer,
    }),
  ];
}
