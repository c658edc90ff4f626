// Short messages at the bottom of the page, one at a time. Screen readers read them out.
import { byId } from "../common/element";

const shownMs = 4_000;
const shownLongMs = 12_000;

let timer: ReturnType<typeof setTimeout> | undefined;

export function notice(text: string, kind: "info" | "problem" = "info"): void {
  const node = byId("notice", HTMLElement);
  clearTimeout(timer);
  node.textContent = text;
  node.dataset["kind"] = kind;
  node.hidden = false;
  timer = setTimeout(
    () => {
      node.hidden = true;
      node.textContent = "";
    },
    kind === "info" ? shownMs : shownLongMs,
  );
}
