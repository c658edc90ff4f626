// The number of words and characters, counted when the page has nothing better to do.
import type { Text } from "@codemirror/state";
import { byId } from "../common/element";
import { codePoints } from "../document/code-points";
import { words } from "../document/words";

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
