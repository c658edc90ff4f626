// Takes a text out of the page: to the clipboard, or into a file.
import { element } from "../common/element";

// False if the browser forbids it, as it may in an iframe.
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// For pages without a clipboard interface: those over plain HTTP, and some iframes.
function copyBySelection(text: string): boolean {
  const area = element("textarea", { class: "visually-hidden", readonly: true });
  area.value = text;
  area.addEventListener("copy", (event) => putOnClipboard(event, text));
  // A modal dialog makes everything outside of it inert.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  const focused = document.activeElement;
  area.select();
  // It is deprecated, but there is no other way.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const copied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

// Copies this text instead of what is selected: a text area ends all its lines in "\n".
export function putOnClipboard(event: ClipboardEvent, text: string): void {
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
}

export function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const fileName = `${name.replace(/[\\/:*?"<>|]+/g, "-")}.txt`;
  element("a", { href: url, download: fileName }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
