// A sentence over the text that stays there, with something to do about it.
import { byId } from "../common/element";

export interface MessageAction {
  label: string;
  click: () => void;
}

export function showMessage(text: string, action?: MessageAction): void {
  const button = byId("message-action", HTMLButtonElement);
  byId("message", HTMLElement).hidden = false;
  byId("message-text", HTMLElement).textContent = text;
  button.hidden = action === undefined;
  button.textContent = action?.label ?? "";
  button.onclick = action?.click ?? null;
}

export function hideMessage(): void {
  byId("message", HTMLElement).hidden = true;
}
