// Shows the save state: a dot and a word in the bar, and a strip with help while something is wrong.
// Screen readers announce when something goes wrong and when it is right again.
import { byId } from "../common/element";
import type { SaveKind, SaveState } from "../core/save-state";

// While somebody types, "Saving…" and "Saved" would alternate with every key. "Saved" is therefore
// shown when it has been true for this long; everything else is shown at once.
const calmMs = 400;

const isTrouble = (kind: SaveKind) => kind === "offline" || kind === "unsaved";
const isAnnounced = (kind: SaveKind) => isTrouble(kind) || kind === "discarded";

interface ConnectionFacts {
  hasUnsaved: boolean;
  online: boolean;
  // The document was loaded once.
  opened: boolean;
}

function help(kind: SaveKind, opened: boolean, viewOnly: boolean): string {
  if (kind === "unsaved")
    return "The last changes are not saved yet. They are kept in this tab: do not close it.";
  if (!opened) return "No connection to the server yet.";
  return viewOnly
    ? "No connection. This is the text as it was last seen."
    : "No connection. What you write is kept in this tab and sent when it is back.";
}

export class SaveIndicator {
  private readonly root = byId("save", HTMLElement);
  private readonly label = byId("save-label", HTMLElement);
  private readonly strip = byId("strip", HTMLElement);
  private readonly stripText = byId("strip-text", HTMLElement);
  private readonly copyButton = byId("copy-unsaved", HTMLButtonElement);
  private readonly retryButton = byId("retry", HTMLButtonElement);
  private readonly onGone: () => void;
  private readonly announcer = byId("announcer", HTMLElement);
  private shown: SaveState = { kind: "opening", label: "" };
  private opened = false;
  private next: SaveState = this.shown;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly viewOnly: boolean,
    actions: { onCopy: () => void; onRetry: () => void; onGone: () => void },
  ) {
    this.onGone = actions.onGone;
    this.copyButton.addEventListener("click", actions.onCopy);
    this.retryButton.addEventListener("click", actions.onRetry);
  }

  show(state: SaveState, facts: ConnectionFacts): void {
    this.next = state;
    this.opened = facts.opened;
    const waits = state.kind === "saved" && this.shown.kind === "saving";
    if (!waits) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.draw();
    } else {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.draw();
      }, calmMs);
    }
    // A focus in the strip would be lost when the strip is hidden.
    if (!isTrouble(state.kind) && this.strip.contains(document.activeElement)) this.onGone();
    this.strip.hidden = !isTrouble(state.kind);
    this.copyButton.hidden = !facts.hasUnsaved;
    this.retryButton.hidden = facts.online;
  }

  private draw(): void {
    const { kind, label } = this.next;
    if (label !== this.shown.label) this.label.textContent = label;
    if (kind !== this.shown.kind) {
      this.root.dataset["kind"] = kind;
      this.strip.dataset["kind"] = kind;
      this.stripText.textContent = help(kind, this.opened, this.viewOnly);
      if (isAnnounced(kind) || isAnnounced(this.shown.kind)) this.announcer.textContent = label;
    }
    this.shown = this.next;
  }
}
