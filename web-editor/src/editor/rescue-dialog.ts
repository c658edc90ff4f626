// Offers a text that the server will never take, to copy or to download. If several texts come before
// the dialog is closed, it shows them all.
import { byId } from "../common/element";
import { copyText, downloadText } from "./export";
import { notice } from "./notices";

export class RescueDialog {
  private readonly dialog = byId("rescue", HTMLDialogElement);
  private readonly reason = byId("rescue-reason", HTMLElement);
  private readonly text = byId("rescue-text", HTMLTextAreaElement);
  private readonly copyButton = byId("rescue-copy", HTMLButtonElement);

  constructor(documentName: string) {
    this.copyButton.addEventListener("click", () => {
      void copyText(this.text.value).then((copied) =>
        notice(copied ? "Copied" : "This browser forbids copying: select the text instead."),
      );
    });
    byId("rescue-download", HTMLButtonElement).addEventListener("click", () =>
      downloadText(`${documentName} (not saved)`, this.text.value),
    );
    byId("rescue-close", HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => (this.text.value = ""));
  }

  offer(text: string, reason: string): void {
    this.reason.textContent = reason;
    this.text.value += this.text.value === "" ? text : `\n\n${text}`;
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.copyButton.focus();
  }
}
