// Offers a text that the document does not have, to copy or to download.
import { byId } from "../common/element";
import { copyText, downloadText, putOnClipboard } from "./export";
import { notice } from "./notices";

export interface Rescue {
  title: string;
  text: string;
  reason: string;
  // The text was copied, downloaded, or thrown away; it may be called again. Absent if the text is safe
  // elsewhere, too.
  onTaken?: () => void;
}

export class RescueDialog {
  private readonly dialog = byId("rescue", HTMLDialogElement);
  private readonly title = byId("rescue-title", HTMLElement);
  private readonly reason = byId("rescue-reason", HTMLElement);
  private readonly area = byId("rescue-text", HTMLTextAreaElement);
  private readonly copyButton = byId("rescue-copy", HTMLButtonElement);
  private readonly endButton = byId("rescue-end", HTMLButtonElement);
  private shown: Rescue = { title: "", text: "", reason: "" };

  constructor(documentName: string) {
    this.copyButton.addEventListener("click", () => {
      // Another text may be shown when this one is copied.
      const { shown } = this;
      void copyText(shown.text).then((copied) => {
        if (copied) this.taken(shown);
        notice(copied ? "Copied" : "This browser forbids copying: select the text instead.");
      });
    });
    // Whoever selects all of the text and copies it has it, too.
    this.area.addEventListener("copy", (event) => {
      const { selectionStart, selectionEnd, value } = this.area;
      if (selectionEnd - selectionStart !== value.length) return;
      putOnClipboard(event, this.shown.text);
      this.taken(this.shown);
    });
    byId("rescue-download", HTMLButtonElement).addEventListener("click", () => {
      downloadText(`${documentName} (not saved)`, this.shown.text);
      // A sandbox may forbid downloads, and then the browser says nothing.
      if (window.top === window) this.taken(this.shown);
      else notice("If no file appears here, the page around this one forbids it: copy the text.");
    });
    this.endButton.addEventListener("click", () => {
      this.taken(this.shown);
      this.dialog.close();
    });
  }

  // Shows this text instead of any that is shown already.
  show(rescue: Rescue): void {
    const { title, text, reason, onTaken } = rescue;
    this.shown = rescue;
    this.title.textContent = title;
    this.reason.textContent = reason;
    this.area.value = text;
    this.area.setAttribute("aria-label", title);
    this.endButton.textContent = onTaken ? "Throw away" : "Close";
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.copyButton.focus();
  }

  private taken(rescue: Rescue): void {
    rescue.onTaken?.();
    if (rescue === this.shown) this.endButton.textContent = "Close";
  }
}
