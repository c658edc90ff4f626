// Offers a text that the document does not have, to copy or to download.
import { byId } from "../common/element";
import { copyText, downloadText } from "./export";
import { notice } from "./notices";

export interface Rescue {
  title: string;
  text: string;
  reason: string;
  // The text was copied, downloaded, or thrown away. Absent if it is safe elsewhere, too.
  onTaken?: () => void;
}

export class RescueDialog {
  private readonly dialog = byId("rescue", HTMLDialogElement);
  private readonly title = byId("rescue-title", HTMLElement);
  private readonly reason = byId("rescue-reason", HTMLElement);
  private readonly text = byId("rescue-text", HTMLTextAreaElement);
  private readonly copyButton = byId("rescue-copy", HTMLButtonElement);
  private readonly endButton = byId("rescue-end", HTMLButtonElement);
  private onTaken: (() => void) | undefined;

  constructor(documentName: string) {
    this.copyButton.addEventListener("click", () => {
      void copyText(this.text.value).then((copied) => {
        if (copied) this.taken();
        notice(copied ? "Copied" : "This browser forbids copying: select the text instead.");
      });
    });
    // Whoever selects all of the text and copies it has it, too.
    this.text.addEventListener("copy", () => {
      const { selectionStart, selectionEnd, value } = this.text;
      if (selectionEnd - selectionStart === value.length) this.taken();
    });
    byId("rescue-download", HTMLButtonElement).addEventListener("click", () => {
      downloadText(`${documentName} (not saved)`, this.text.value);
      this.taken();
    });
    this.endButton.addEventListener("click", () => {
      this.taken();
      this.dialog.close();
    });
  }

  // Shows this text instead of any that is shown already.
  show({ title, text, reason, onTaken }: Rescue): void {
    this.title.textContent = title;
    this.reason.textContent = reason;
    this.text.value = text;
    this.text.setAttribute("aria-label", title);
    this.onTaken = onTaken;
    this.endButton.textContent = onTaken ? "Throw away" : "Close";
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.copyButton.focus();
  }

  private taken(): void {
    this.onTaken?.();
    this.onTaken = undefined;
    this.endButton.textContent = "Close";
  }
}
