// Where somebody is in a text: their selection, as presence values carry it.
import type { Text } from "@codemirror/state";
import { codePointOffset, codePoints, utf16Offset } from "../document/code-points";

export interface Place {
  // In code points.
  index: number;
  length: number;
  // The cursor is at the start of the selection.
  backward: boolean;
}

// A selection from `anchor` to the cursor at `head`, in UTF-16 units.
export interface Selection {
  anchor: number;
  head: number;
}

export function placeOf(text: Text, { anchor, head }: Selection): Place {
  const index = codePointOffset(text, Math.min(anchor, head));
  const end = codePointOffset(text, Math.max(anchor, head));
  return { index, length: end - index, backward: head < anchor };
}

// A place past the end of the text is at its end.
export function selectionAt(text: Text, { index, length, backward }: Place): Selection {
  const most = codePoints(text);
  const start = utf16Offset(text, Math.min(index, most));
  const end = utf16Offset(text, Math.min(index + length, most));
  return backward ? { anchor: end, head: start } : { anchor: start, head: end };
}
