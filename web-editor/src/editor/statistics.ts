// The number of words and characters. They are counted a moment after an edit, so that
// a fast typist does not cause a count per key.
import type { Text } from "@codemirror/state";
import { byId } from "../common/element";
import { codePoints } from "../core/document/code-points";
import { words } from "../core/document/words";

const afterMs = 250;
const numbers = new Intl.NumberFormat("en");
const counted = (count: number, noun: string) =>
  `${numbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;

export class Statistics {
  private readonly node = byId("statistics", HTMLElement);
  private timer: ReturnType<typeof setTimeout> | undefined;

  update(text: () => Text): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const now = text();
      const counts = [counted(words(now), "word"), counted(codePoints(now), "character")];
      this.node.textContent = counts.join(" · ");
    }, afterMs);
  }
}
