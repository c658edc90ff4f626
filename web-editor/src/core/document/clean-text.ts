// What must be corrected in a text after an edit: lone surrogates, which no operation can carry.
import type { ChangeSet, ChangeSpec, Text } from "@codemirror/state";
import { isHighSurrogate, isLowSurrogate, isSurrogate } from "./code-points";

// The corrections to make in `result`, the text after `changes`.
export function corrections(changes: ChangeSet, result: Text): ChangeSpec[] {
  const specs: ChangeSpec[] = [];
  changes.iterChangedRanges((_fromA, _toA, fromB, toB) => {
    // A deletion may have cut a character at either side of the change.
    const from = Math.max(0, fromB - 2);
    const text = result.sliceString(from, Math.min(result.length, toB + 2));
    for (let i = 0; i < text.length; i++) {
      const at = from + i;
      const unit = text.charCodeAt(i);
      if (isHighSurrogate(unit) && i + 1 < text.length && isLowSurrogate(text.charCodeAt(i + 1))) {
        i++;
      } else if (isSurrogate(unit)) {
        if (at >= fromB - 1 && at <= toB) specs.push({ from: at, to: at + 1 });
      }
    }
  });
  return specs;
}
