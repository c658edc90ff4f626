// The rectangles of a selection, as the browser lays its text out. (CodeMirror's own, by
// RectangleMarker.forRange, leave out parts of a wrapped line whose text runs in both directions.)
import type { SelectionRange } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

// An empty line that is selected looks as wide.
const emptyLinePx = 5;

// Those that are on the screen, from the corner of the scrolled text.
export function selectionRectangles(view: EditorView, { from, to }: SelectionRange): Rectangle[] {
  const { doc } = view.state;
  const rects: DOMRect[] = [];
  for (const visible of view.visibleRanges) {
    const last = Math.min(to, visible.to);
    for (let at = Math.max(from, visible.from); at <= last;) {
      const line = doc.lineAt(at);
      if (line.length > 0) rects.push(...textRects(view, at, Math.min(last, line.to)));
      else rects.push(...emptyLineRects(view, at));
      at = line.to + 1;
    }
  }
  const { left, top } = view.scrollDOM.getBoundingClientRect();
  const { scrollLeft, scrollTop } = view.scrollDOM;
  const height = view.defaultLineHeight; // Without gaps between lines.
  return rects.map((rect) => ({
    left: rect.left - left + scrollLeft,
    top: (rect.top + rect.bottom - height) / 2 - top + scrollTop,
    width: rect.width,
    height,
  }));
}

// REQUIRES: the positions are in one line.
function textRects(view: EditorView, from: number, to: number): DOMRect[] {
  if (from >= to) return [];
  const range = document.createRange();
  const start = view.domAtPos(from);
  const end = view.domAtPos(to);
  range.setStart(start.node, start.offset);
  range.setEnd(end.node, end.offset);
  return [...range.getClientRects()].filter(({ width }) => width > 0);
}

function emptyLineRects(view: EditorView, at: number): DOMRect[] {
  const place = view.coordsAtPos(at);
  return place ? [new DOMRect(place.left, place.top, emptyLinePx, place.bottom - place.top)] : [];
}
